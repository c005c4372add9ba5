import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONF_LIMIT, pointBack, pointTo, STORE_ADDRESS } from './edit.ts'
import type { ConfEdit } from './edit.ts'

const HERE = 'http://192.168.1.20:8190/kobo/abc123'
const MOVED = 'https://books.example.org/kobo/abc123'

/** What a Kobo writes: sections in no order, values that are bytes, and much that is nobody's business. */
const USUAL = `[ApplicationPreferences]
AutoColorEnabled=true
CurrentLocale=en_GB
LastBatteryCheck=@DateTime(\\0\\0\\0\\x10\\0\\0\\0\\0\\0%\\x8c\\x8b\\x5\\x19\\x8a\\xa0\\xff)

[OneStoreServices]
api_endpoint=https://storeapi.kobo.com
dictionary_host=https://ereaderfiles.kobo.com
free_books_page=@ByteArray({"EN":"https://www.kobo.com/{region}/{language}/p/free-ebooks"})
image_host=//cdn.kobo.com/book-images/
image_url_quality_template=https://cdn.kobo.com/book-images/{ImageId}/{Width}/{Height}/{Quality}/{IsGreyscale}/image.jpg
image_url_template=https://cdn.kobo.com/book-images/{ImageId}/{Width}/{Height}/false/image.jpg
reading_services_host=https://readingservices.kobo.com

[Reading]
numPartialUpdatePageTurns=6
`

const WITHOUT_COVERS = without(USUAL, /^image_\w+=.*\n/gmu)

const corpus: [name: string, before: string | Buffer, after: string | Buffer][] = [
  ['as a Kobo writes it', USUAL, pointed(WITHOUT_COVERS)],
  ['lines that end as in Windows', crlf(USUAL), crlf(pointed(WITHOUT_COVERS))],
  [
    'lines that end as in an old Mac',
    USUAL.replaceAll('\n', '\r'),
    pointed(WITHOUT_COVERS).replaceAll('\n', '\r'),
  ],
  ['a mark of UTF-8', `\uFEFF${USUAL}`, `\uFEFF${pointed(WITHOUT_COVERS)}`],
  [
    'UTF-16 of Windows',
    utf16(`\uFEFF${crlf(USUAL)}`),
    utf16(`\uFEFF${crlf(pointed(WITHOUT_COVERS))}`),
  ],
  ['UTF-16 without a mark', utf16(USUAL), utf16(pointed(WITHOUT_COVERS))],
  [
    'UTF-16 the other way round',
    utf16(`\uFEFF${USUAL}`).swap16(),
    utf16(`\uFEFF${pointed(WITHOUT_COVERS)}`).swap16(),
  ],
  [
    'bytes that are no UTF-8',
    Buffer.from('[A]\nname=Zo\xeb\xff\n[OneStoreServices]\napi_endpoint=\n', 'latin1'),
    Buffer.from(`[A]\nname=Zo\xeb\xff\n[OneStoreServices]\napi_endpoint=${HERE}\n`, 'latin1'),
  ],
  [
    'no such section',
    '[Reading]\na=1\n',
    `[OneStoreServices]\napi_endpoint=${HERE}\n\n[Reading]\na=1\n`,
  ],
  [
    'no such section, a key before all, and no end of the last line',
    'z=0\r\n[Reading]\r\na=1',
    `z=0\r\n[OneStoreServices]\r\napi_endpoint=${HERE}\r\n\r\n[Reading]\r\na=1`,
  ],
  [
    'no such key',
    '[OneStoreServices]\nstore_host=www.kobo.com\n\n[Reading]\na=1\n',
    `[OneStoreServices]\napi_endpoint=${HERE}\nstore_host=www.kobo.com\n\n[Reading]\na=1\n`,
  ],
  [
    'a section that is the last line',
    '[Reading]\na=1\n[OneStoreServices]',
    `[Reading]\na=1\n[OneStoreServices]\napi_endpoint=${HERE}\n`,
  ],
  ['a file that was lost', '', `[OneStoreServices]\napi_endpoint=${HERE}\n\n`],
  [
    'the key of another section',
    '[Other]\napi_endpoint=x\n[OneStoreServices]\napi_endpoint=y\n',
    `[Other]\napi_endpoint=x\n[OneStoreServices]\napi_endpoint=${HERE}\n`,
  ],
  [
    'a section that stands there twice',
    '[OneStoreServices]\napi_endpoint=x\n[B]\n[OneStoreServices]\napi_endpoint=y\n',
    `[OneStoreServices]\napi_endpoint=${HERE}\n[B]\n[OneStoreServices]\napi_endpoint=${HERE}\n`,
  ],
  [
    'space around the key',
    '[OneStoreServices]\n\tapi_endpoint = x \n',
    `[OneStoreServices]\n\tapi_endpoint = ${HERE} \n`,
  ],
  [
    'a comment behind the value',
    '[OneStoreServices]\n;api_endpoint=z\napi_endpoint=x;was y\n',
    `[OneStoreServices]\n;api_endpoint=z\napi_endpoint=${HERE};was y\n`,
  ],
  [
    'a value in quotation marks over two lines',
    '[OneStoreServices]\nfree="a;b\n[c]\napi_endpoint=no"\napi_endpoint="x"\n',
    `[OneStoreServices]\nfree="a;b\n[c]\napi_endpoint=no"\napi_endpoint=${HERE}\n`,
  ],
  [
    'a line that goes on after a backslash',
    '[OneStoreServices]\nfree=a\\\napi_endpoint=no\napi_endpoint=x\n',
    `[OneStoreServices]\nfree=a\\\napi_endpoint=no\napi_endpoint=${HERE}\n`,
  ],
  [
    'a value of bytes',
    '[OneStoreServices]\napi_endpoint=@ByteArray(https://storeapi.kobo.com)\n',
    `[OneStoreServices]\napi_endpoint=${HERE}\n`,
  ],
  ['no value', '[OneStoreServices]\napi_endpoint=\n', `[OneStoreServices]\napi_endpoint=${HERE}\n`],
]

describe('pointing a Kobo to a server', () => {
  test.each(corpus)('changes what has to be changed, byte for byte: %s', (_, before, after) => {
    const edit = pointedTo(before)
    expect(Buffer.from(edit.bytes).toString('latin1')).toBe(Buffer.from(after).toString('latin1'))
    expect(edit.changed).toBe(true)
  })

  test.each(corpus)('does it once: %s', (_, before) => {
    const once = pointedTo(before)
    const twice = pointedTo(Buffer.from(once.bytes))
    expect(twice).toEqual({ bytes: once.bytes, changed: false, before: HERE, removed: [] })
  })

  test('tells what was there, and what was taken out', () => {
    expect(pointedTo(USUAL)).toMatchObject({
      before: STORE_ADDRESS,
      removed: ['image_host', 'image_url_quality_template', 'image_url_template'],
    })
    expect(pointedTo('[A]\n').before).toBeUndefined()
  })

  test('leaves what was kept of the same server', () => {
    const conf = `[OneStoreServices]\napi_endpoint=${HERE}\nimage_host=http://192.168.1.20:8190\n`
    const edit = pointedTo(conf, `${HERE}-anew`)
    expect(edit.removed).toEqual([])
    expect(Buffer.from(edit.bytes).toString()).toBe(conf.replace(HERE, `${HERE}-anew`))
  })

  test('takes out what leads to another server that it leaves', () => {
    const conf = `[OneStoreServices]\napi_endpoint=${HERE}\noauth_host=@ByteArray(http://192.168.1.20:8190/kobo/oauth)\nimage_host=http://192.168.1.20:8190\nstore_host=www.kobo.com\n`
    const edit = pointedTo(conf, MOVED)
    expect(edit.removed).toEqual(['oauth_host', 'image_host'])
    expect(Buffer.from(edit.bytes).toString()).toBe(
      `[OneStoreServices]\napi_endpoint=${MOVED}\nstore_host=www.kobo.com\n`,
    )
  })

  test('quotes an address that would be read as something else', () => {
    const address = 'https://books.example.org/a,b;c/kobo/abc123'
    const edit = pointedTo('[OneStoreServices]\n', address)
    expect(Buffer.from(edit.bytes).toString()).toContain(`api_endpoint="${address}"\n`)
    expect(pointedTo(Buffer.from(edit.bytes), address).changed).toBe(false)
  })

  test.each([
    ['a value that is not closed', Buffer.from('[OneStoreServices]"')],
    ['a photograph', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a])],
    ['a database', Buffer.from('SQLite format 3\u0000')],
    ['a text', Buffer.from('Dear Alice,\n')],
    ['half a character', Buffer.concat([utf16('\uFEFF[A]\r\n'), Buffer.of(0x41)])],
  ])('leaves alone what is no configuration: %s', (_, bytes) => {
    expect(pointTo(bytes, HERE)).toBe('not-a-conf')
  })

  test('leaves alone what is too large for one', () => {
    expect(pointTo(Buffer.alloc(CONF_LIMIT + 1, '\n'), HERE)).toBe('too-large')
  })
})

describe('pointing a Kobo back to the store', () => {
  test('restores what was there, but for what the Kobo will ask for again', () => {
    const back = edited(pointBack(pointedTo(USUAL).bytes))
    expect(Buffer.from(back.bytes).toString()).toBe(WITHOUT_COVERS)
  })

  test('takes out what the server had the Kobo keep', () => {
    const conf = USUAL.replaceAll('https://readingservices.kobo.com', 'http://192.168.1.20:8190')
    const back = edited(pointBack(Buffer.from(pointed(conf))))
    expect(back.removed).toContain('reading_services_host')
    expect(Buffer.from(back.bytes).toString()).not.toContain('192.168.1.20')
  })

  test('changes nothing on a Kobo that belongs to the store', () => {
    expect(edited(pointBack(Buffer.from(USUAL)))).toMatchObject({ changed: false, removed: [] })
  })
})

describe('any file', () => {
  const piece = fc.constantFrom(
    '[OneStoreServices]',
    '[Reading]',
    'api_endpoint=',
    'api_endpoint=x',
    'image_host=y',
    '\n',
    '\r\n',
    '\r',
    ';',
    '"',
    '\\',
    '=',
    ' ',
    'a',
    '\xe9',
    '@ByteArray(',
    ')',
    '[',
    ']',
  )
  const anyConf = fc
    .array(piece, { maxLength: 40 })
    .map((pieces) => Buffer.from(`[A]\n${pieces.join('')}`, 'latin1'))

  test('points to the server afterwards, and stays so, or is left alone', () => {
    fc.assert(
      fc.property(anyConf, (conf) => {
        const once = pointTo(conf, HERE)
        // A heading that is broken so that it swallows what follows.
        fc.pre(typeof once !== 'string')
        const twice = edited(pointTo(once.bytes, HERE))
        expect(twice).toMatchObject({ changed: false, before: HERE })
        expect(twice.bytes).toEqual(once.bytes)
      }),
      { numRuns: 2_000 },
    )
  })

  test('keeps every line of other sections and keys', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('Reading', 'OneStoreServices', 'B'), fc.string()), {
          maxLength: 12,
        }),
        (lines) => {
          const conf = lines
            .map(
              ([section, value], index) => `[${section}]\nkey${index}=${JSON.stringify(value)}\n`,
            )
            .join('')
          const after = Buffer.from(
            edited(pointTo(Buffer.from(`[A]\n${conf}`), HERE)).bytes,
          ).toString()
          for (const [index, [, value]] of lines.entries())
            expect(after).toContain(`key${index}=${JSON.stringify(value)}\n`)
        },
      ),
    )
  })
})

function pointed(conf: string): string {
  return conf.replace(/^api_endpoint=.*$/mu, `api_endpoint=${HERE}`)
}

function pointedTo(conf: string | Uint8Array, address = HERE): ConfEdit {
  return edited(pointTo(typeof conf === 'string' ? Buffer.from(conf) : conf, address))
}

function edited(edit: ReturnType<typeof pointTo>): ConfEdit {
  if (typeof edit === 'string') throw new Error(edit)
  return edit
}

function without(text: string, what: RegExp): string {
  return text.replaceAll(what, '')
}

function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n')
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}
