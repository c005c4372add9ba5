import { archivePath } from './archive-path.ts'
import { readXml } from './read-xml.ts'

/** Where an EPUB lists its encrypted entries (EPUB Open Container Format 3.3, 4.2.6.3.2). */
export const ENCRYPTION_PATH = 'META-INF/encryption.xml'

/** One entry that META-INF/encryption.xml lists. */
export type EncryptedEntry = { path: string; isObfuscatedFont: boolean }

/** The entries that an encryption.xml lists, with what was done to them. */
export function encryptedEntries(xml: string): EncryptedEntry[] {
  const entries: EncryptedEntry[] = []
  let algorithm = ''
  let inKey = 0
  readXml(xml, {
    open({ name, attributes }) {
      // The key itself is encrypted too, with an algorithm of its own.
      if (inKey > 0 || name === 'keyinfo' || name === 'encryptedkey') inKey += 1
      else if (name === 'encrypteddata') algorithm = ''
      else if (name === 'encryptionmethod') algorithm = attributes.get('algorithm')?.trim() ?? ''
      else if (name === 'cipherreference') {
        const path = archivePath('', attributes.get('uri') ?? '')
        const isObfuscatedFont = FONT_OBFUSCATION.has(algorithm)
        if (path !== undefined) entries.push({ path, isObfuscatedFont })
      }
      return entries.length >= ENTRY_LIMIT ? 'stop' : undefined
    },
    close() {
      if (inKey > 0) inKey -= 1
    },
  })
  return entries
}

const ENTRY_LIMIT = 20_000

/** The two ways in which fonts are made unfit for reuse: that of the IDPF and that of Adobe. */
const FONT_OBFUSCATION = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
])
