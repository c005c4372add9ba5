import { expect, test } from 'vitest'
import { readEpub } from '../../src/catalogue/epub/read-epub.ts'
import { book, converted, ONE_PAGE, opf, xhtml } from './converted.ts'

const FILES = {
  'content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine),
  'page.xhtml': xhtml('<p>A.</p>'),
  'font.otf': 'obfuscated',
}
const RIGHTS = 'META-INF/rights.xml'
const NOISE = Buffer.from(
  Array.from({ length: 900 }, (_, index) => ((index * 73 + 128) % 256) | 0x80),
)

function encryption(algorithm: string, path: string): Record<string, string> {
  const key =
    '<KeyInfo><EncryptedKey><EncryptionMethod Algorithm="rsa"/><CipherData><CipherReference URI="key"/></CipherData></EncryptedKey></KeyInfo>'
  return {
    'META-INF/encryption.xml': `<encryption><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/>${key}<enc:CipherData><enc:CipherReference URI="${path}"/></enc:CipherData></enc:EncryptedData></encryption>`,
  }
}

const AES = 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'
const IDPF = 'http://www.idpf.org/2008/embedding'

test.each([
  [
    'Adobe ADEPT',
    {
      ...encryption(AES, 'page.xhtml'),
      [RIGHTS]: '<adept:rights xmlns:adept="http://ns.adobe.com/adept"/>',
    },
  ],
  ['Readium LCP', { ...encryption(AES, 'page.xhtml'), 'META-INF/license.lcpl': '{}' }],
  ['Apple FairPlay', { ...encryption(AES, 'page.xhtml'), 'META-INF/sinf.xml': '<x/>' }],
  ['Kobo', { [RIGHTS]: '<kdrm/>', 'page.xhtml': NOISE }],
  ['Apple FairPlay', { 'META-INF/sinf.xml': '<x/>', 'page.xhtml': NOISE }],
])('a book protected by %s is refused by that name', async (name, files) => {
  await expect(converted(book({ ...FILES, ...files }))).rejects.toMatchObject({
    name: 'NotConvertible',
    reason: `This book is protected by DRM (${name}), so it cannot be converted.`,
  })
})

test.each([
  ['an image in an unknown way', encryption(AES, 'a.jpg')],
  ['a page in the way of fonts', encryption(IDPF, './page.xhtml')],
  ['a font in no way', encryption('', 'font.otf')],
])('a book with %s is refused', async (_, files) => {
  await expect(converted(book({ ...FILES, ...files }))).rejects.toThrow(
    'This book is protected by DRM, so it cannot be converted.',
  )
})

test.each([
  ['fonts obfuscated in the way of the IDPF', encryption(IDPF, 'font.otf')],
  [
    'fonts obfuscated in the way of Adobe',
    encryption('http://ns.adobe.com/pdf/enc#RC', 'font.otf'),
  ],
  ['rights that a tool left behind', { [RIGHTS]: '<kdrm/>' }],
  ['no protection', {}],
])('a book with %s is converted, and its fonts stay as they are', async (_, files) => {
  const { conversion, text } = await converted(book({ ...FILES, ...files }))
  expect(conversion.kind).toBe('converted')
  expect(text('font.otf')).toBe('obfuscated')
})

test.each([
  ['Adobe ADEPT', { ...encryption(AES, 'page.xhtml'), [RIGHTS]: 'http://ns.adobe.com/adept' }],
  ['Readium LCP', { ...encryption(AES, 'page.xhtml'), 'META-INF/license.lcpl': '{}' }],
  ['Apple FairPlay', { 'META-INF/sinf.xml': '<x/>', 'page.xhtml': NOISE }],
  ['Kobo', { [RIGHTS]: '<kdrm/>', 'page.xhtml': NOISE }],
  ['no name', encryption(IDPF, './page.xhtml')],
])(
  'the import refuses a book protected by %s for the same reason as the converter',
  async (name, files) => {
    const bytes = book({ ...FILES, ...files })
    const named = name === 'no name' ? 'protected by DRM' : `protected by DRM (${name})`
    await expect(converted(bytes)).rejects.toThrow(named)
    await expect(readEpub(bytes, 'a book')).rejects.toThrow(named)
  },
)
