import { entriesIn, fileOf, isFile, isFolder } from './file-entries.ts'

/** What was dropped: its files, and the files and folders that could not be read. */
export type Dropped = { files: File[]; unread: { name: string; isFolder: boolean }[] }

/** What is among what was dropped, also in folders. Must be called within the event. */
export async function droppedIn(dropped: DataTransfer): Promise<Dropped> {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return { files: [...dropped.files], unread: [] }
  return allAt(entries)
}

async function allAt(entries: FileSystemEntry[]): Promise<Dropped> {
  const parts = await Promise.all(entries.map(droppedAt))
  return {
    files: parts.flatMap(({ files }) => files),
    unread: parts.flatMap(({ unread }) => unread),
  }
}

async function droppedAt(entry: FileSystemEntry): Promise<Dropped> {
  try {
    if (isFile(entry)) return { files: [await fileOf(entry)], unread: [] }
    return await allAt(isFolder(entry) ? await entriesIn(entry) : [])
  } catch (error) {
    // It is gone, or this person may not open it: the browser says so by such an exception.
    if (!(error instanceof DOMException)) throw error
    return { files: [], unread: [{ name: entry.name, isFolder: isFolder(entry) }] }
  }
}
