import { expect, test } from 'vitest'
import { DEPTH_LIMIT, decodeXml, readXml } from './read-xml.ts'

function textOf(xml: string): string {
  let text = ''
  readXml(xml, { open: () => undefined, text: (more) => (text += more) })
  return text
}

test('entities that a document declares are never expanded', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y "&x;&x;"><!ENTITY z SYSTEM "file:///etc/passwd">]>`
  expect(textOf(`${bomb}<a>1 &y; &z; &amp;</a>`)).toBe('1 &y; &z; &')
})

test('reading goes on after a fault, which is told with its line', () => {
  let text = ''
  const fault = readXml('<a>\n<b x=1>one</b>&eacute;two</a>', {
    open: () => undefined,
    text: (more) => (text += more),
  })
  expect(text.trim()).toBe('one&eacute;two')
  expect(fault?.line).toBe(2)
})

test('a prefix that is not declared is no obstacle', () => {
  const names: string[] = []
  readXml('<a><dc:Title OPF:File-As="x"/></a>', {
    open({ name, namespace, attributes }) {
      names.push(`${name} ${namespace} ${attributes.get('file-as')}`)
      return undefined
    },
  })
  expect(names[1]).toBe('title http://purl.org/dc/elements/1.1/ x')
})

test('a document of endless depth is not read to its end', () => {
  let opened = 0
  const fault = readXml('<a>'.repeat(100_000), {
    open() {
      opened += 1
      return undefined
    },
  })
  expect(opened).toBeLessThanOrEqual(DEPTH_LIMIT + 1)
  expect(fault).not.toBeNull()
})

test('a document of endless faults is not read to its end', () => {
  let text = ''
  readXml(`<a>${'&no;'.repeat(50_000)}<b/></a>`, {
    open: ({ name }) => ((text += name), undefined),
  })
  expect(text).toBe('a')
})

test.each([
  ['UTF-8', Buffer.from('<a>é</a>')],
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFF<?xml version="1.0"?><a>é</a>')],
  ['UTF-16', Buffer.from('\uFEFF<a>é</a>', 'utf16le')],
  ['Latin-1', Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>', 'latin1')],
  ['an encoding nobody knows', Buffer.from('<?xml version="1.0" encoding="x-mine"?><a>é</a>')],
])('text in %s is decoded', (_, bytes) => {
  expect(textOf(decodeXml(bytes))).toBe('é')
})
