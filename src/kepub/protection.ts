import { decodeText } from './decode-text.ts'
import { cleanPath, percentDecoded } from './entry-path.ts'
import { NotConvertible } from './not-convertible.ts'
import { attribute, xmlTags } from './xml-tags.ts'

/** Something that META-INF/encryption.xml lists. */
interface EncryptedEntry {
  path: string
  algorithm: string
}

/** What tells whether a book is protected. */
export interface ProtectionFacts {
  /** The text of an entry in the archive, by its path, or undefined when it is missing. */
  read: (path: string) => string | undefined
  /** The paths of the content documents. */
  documents: ReadonlySet<string>
  /** The bytes of the first content document that has any, or undefined when there is none. */
  firstDocument: () => Buffer | undefined
}

/**
 * Throws NotConvertible for a book that is protected by DRM, by the name of that. Obfuscated fonts are no DRM. A file
 * of rights alone is no proof, since tools leave it behind: then the first document shows whether it can be read.
 */
export function refuseProtected(facts: ProtectionFacts): void {
  const encryption = facts.read('META-INF/encryption.xml')
  const entries = encryption === undefined ? [] : encryptedEntries(encryption)
  const isHarmless = entries.every(
    ({ path, algorithm }) => FONT_OBFUSCATION.has(algorithm) && !facts.documents.has(path),
  )
  if (!isHarmless) throw protectedBy(schemeOf(facts))
  if (!RIGHTS_PATHS.some((path) => facts.read(path) !== undefined)) return
  const first = facts.firstDocument()
  if (first !== undefined && !looksLikeMarkup(first)) throw protectedBy(schemeOf(facts))
}

/** The two ways in which fonts are made unfit for other use: that of the IDPF and that of Adobe. */
const FONT_OBFUSCATION = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
])
const FAIRPLAY_PATH = 'META-INF/sinf.xml'
const LCP_PATH = 'META-INF/license.lcpl'
const RIGHTS_PATHS = ['META-INF/rights.xml', 'rights.xml', FAIRPLAY_PATH, LCP_PATH]

/** Random bytes hold `<` and a letter about once in 1,200 bytes, so the head that is looked at is short. */
const HEAD_LENGTH = 400

function encryptedEntries(xml: string): EncryptedEntry[] {
  const entries: EncryptedEntry[] = []
  let algorithm = ''
  let inKey = 0
  for (const tag of xmlTags(xml)) {
    // The key itself is encrypted too, in a way of its own.
    if (tag.name === 'keyinfo' || tag.name === 'encryptedkey') {
      if (tag.kind === 'close') inKey -= 1
      else if (!tag.selfClosing) inKey += 1
    } else if (inKey > 0 || tag.kind === 'close') continue
    else if (tag.name === 'encrypteddata') algorithm = ''
    else if (tag.name === 'encryptionmethod') algorithm = attribute(tag, 'algorithm') ?? ''
    else if (tag.name === 'cipherreference')
      entries.push({ path: cleanPath(percentDecoded(attribute(tag, 'uri') ?? '')), algorithm })
  }
  return entries
}

function schemeOf({ read }: ProtectionFacts): string | undefined {
  if (read(LCP_PATH) !== undefined) return 'Readium LCP'
  if (read(FAIRPLAY_PATH) !== undefined) return 'Apple FairPlay'
  for (const path of [...RIGHTS_PATHS, 'META-INF/encryption.xml']) {
    const text = read(path) ?? ''
    if (text.includes('ns.adobe.com/adept')) return 'Adobe ADEPT'
    if (/kdrm|kobo/iu.test(text)) return 'Kobo'
    if (text.includes('readium.org')) return 'Readium LCP'
  }
  return undefined
}

function protectedBy(scheme: string | undefined): NotConvertible {
  const named = scheme === undefined ? '' : ` (${scheme})`
  return new NotConvertible(`This book is protected by DRM${named}, so it cannot be converted.`)
}

function looksLikeMarkup(bytes: Buffer): boolean {
  return /<[a-z!?]/iu.test(decodeText(bytes.subarray(0, HEAD_LENGTH)))
}
