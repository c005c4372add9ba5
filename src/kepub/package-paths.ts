import { isElsewhere, percentDecoded, withoutFragment } from './entry-path.ts'

/** Where the package document goes, so that none of its references climbs out of its folder. */
export interface PackagePaths {
  /** The folder, with its slash. */
  folder: string
  /** A reference of the package document as it is written there. */
  hrefFrom: (href: string) => string
}

/**
 * The folder of the package document that holds all it refers to: its own, or one above. A Kobo draws no highlights
 * in what is referred to with `../` (docs/protocol/annotations.md).
 */
export function packagePaths(folder: string, hrefs: readonly string[]): PackagePaths {
  const own = partsOf(folder)
  let common = own
  for (const href of hrefs) {
    if (!isPlain(href)) continue
    const target = resolved(own, href).map(percentDecoded)
    let same = 0
    while (same < common.length && same < target.length - 1 && common[same] === target[same])
      same += 1
    common = common.slice(0, same)
  }
  return {
    folder: common.map((part) => `${part}/`).join(''),
    hrefFrom(href) {
      if (!isPlain(href)) return href
      const bare = withoutFragment(href)
      if (common.length === own.length && !/(?:^|[\\/])\.{0,2}[\\/]/u.test(bare)) return href
      const target = resolved(own.map(encodeURIComponent), href)
      return target.slice(common.length).join('/') + href.slice(bare.length)
    },
  }
}

/** A path as a reference. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function isPlain(href: string): boolean {
  return !isElsewhere(href) && withoutFragment(href) !== '' && !href.startsWith('/')
}

function partsOf(folder: string): string[] {
  return folder.split('/').filter((part) => part !== '')
}

/** The parts of the path that a reference from the folder `own` leads to. */
function resolved(own: string[], href: string): string[] {
  const parts = [...own]
  for (const part of withoutFragment(href).split(/[\\/]/u)) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts
}
