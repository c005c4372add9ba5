import { Problem } from '../../problem.ts'
import { XML_LIMIT } from './archive.ts'
import type { Archive } from './archive.ts'
import { ENCRYPTION_PATH, encryptedEntries } from './read-encryption.ts'
import { decodeXml } from './read-xml.ts'

const RIGHTS_PATHS = ['META-INF/rights.xml', 'rights.xml']
const APPLE_PATH = 'META-INF/sinf.xml'
const READIUM_PATH = 'META-INF/license.lcpl'

/**
 * Throws a Problem when META-INF/encryption.xml lists anything but obfuscated fonts. A rights.xml alone is no proof,
 * since tools leave it behind: it only says which protection it is.
 */
export async function refuseProtected(archive: Archive, pages: string[]): Promise<void> {
  const bytes = await archive.read(ENCRYPTION_PATH, XML_LIMIT)
  if (bytes === undefined) return
  const entries = encryptedEntries(decodeXml(bytes))
  const texts = new Set(pages)
  if (entries.every((entry) => entry.isObfuscatedFont && !texts.has(entry.path))) return
  throw protectedBy(await protectionName(archive))
}

/**
 * Throws a Problem when the first page is no text although the book has a licence file: Kobo
 * and Apple encrypt pages without listing them.
 */
export async function refuseScrambled(archive: Archive, firstPage: Buffer): Promise<void> {
  const isLicensed = [...RIGHTS_PATHS, APPLE_PATH, READIUM_PATH].some((name) => archive.has(name))
  if (!isLicensed || /<[a-z!?]/iu.test(decodeXml(firstPage.subarray(0, HEAD_LENGTH)))) return
  throw protectedBy(await protectionName(archive))
}

/** Random bytes hold `<` and a letter about once in 1,200 bytes, so the head that is looked at is short. */
const HEAD_LENGTH = 200

function protectedBy(name: string | null): Problem {
  const scheme = name === null ? '' : ` (${name})`
  return new Problem(
    'invalid',
    `This EPUB is protected by DRM${scheme}, which Holdfast cannot open.`,
  )
}

async function protectionName(archive: Archive): Promise<string | null> {
  if (archive.has(READIUM_PATH)) return 'Readium LCP'
  if (archive.has(APPLE_PATH)) return 'Apple FairPlay'
  for (const name of [...RIGHTS_PATHS, ENCRYPTION_PATH]) {
    const text = (await archive.read(name, XML_LIMIT))?.toString('latin1') ?? ''
    if (text.includes('ns.adobe.com/adept')) return 'Adobe ADEPT'
    if (/kdrm|kobo/iu.test(text)) return 'Kobo'
    if (text.includes('readium.org')) return 'Readium LCP'
  }
  return null
}
