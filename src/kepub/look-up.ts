import { cleanPath, isElsewhere, percentDecoded, withoutFragment } from './entry-path.ts'
import type { ZipEntry } from './zip-read.ts'

/** Finds the entry that a reference of the book means. `folder` is that of the file the reference stands in. */
export type LookUp = (folder: string, href: string) => ZipEntry | undefined

/**
 * Looks entries up as tolerantly as books need: percent signs read or meant, either Unicode form, backslashes, `./`,
 * and last any case. `root` is the folder of the archive that the whole book sits in.
 */
export function lookUpIn(entries: readonly ZipEntry[], root: string): LookUp {
  const exact = new Map<string, ZipEntry>()
  const folded = new Map<string, ZipEntry>()
  for (const entry of entries) {
    if (!entry.name.startsWith(root)) continue
    const path = cleanPath(entry.name.slice(root.length))
    if (!exact.has(path)) exact.set(path, entry)
    if (!folded.has(fold(path))) folded.set(fold(path), entry)
  }
  return (folder, href) => {
    if (!UNUSUAL.test(href)) {
      const direct = exact.get(folder + href)
      if (direct !== undefined) return direct
    }
    const bare = withoutFragment(href)
    if (isElsewhere(href) || bare === '') return undefined
    // A name may hold a percent sign, or a `#`, itself.
    const paths = [percentDecoded(bare), bare, href].map((each) => cleanPath(folder + each))
    for (const path of paths)
      for (const form of [path, path.normalize('NFC'), path.normalize('NFD')]) {
        const found = exact.get(form)
        if (found !== undefined) return found
      }
    for (const path of paths) {
      const found = folded.get(fold(path))
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** What may make a reference mean another name than it spells. */
const UNUSUAL = /[%\\#?:]|\.\/|\/\/|^\//u

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC')
}
