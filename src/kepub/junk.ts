import { baseName } from './entry-path.ts'

/** Whether an entry is what file systems and other programs leave behind, and no part of a book. */
export function isJunk(path: string): boolean {
  const name = baseName(path).toLowerCase()
  return NAMES.has(name) || name.startsWith('._') || /^__macosx\//iu.test(path)
}

const NAMES = new Set([
  'calibre_bookmarks.txt',
  'itunesmetadata.plist',
  'itunesmetadata-original.plist',
  'itunesartwork.plist',
  '.ds_store',
  'thumbs.db',
  '.directory',
  'desktop.ini',
])
