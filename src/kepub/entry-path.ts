/** The folder of an entry, with its slash, or nothing for one at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A path without `.`, `..`, doubled and leading slashes and backslashes. What climbs above the top stays at the top. */
export function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Whether a reference leads out of the book, such as a web address. */
export function isElsewhere(href: string): boolean {
  return /^(?:[a-z][a-z\d+.-]+:|\/\/)/iu.test(href)
}

/** A reference without its fragment and query. */
export function withoutFragment(href: string): string {
  return href.replace(/[#?].*$/su, '')
}

/** Text with its percent signs read, or as it is when they are no UTF-8. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
