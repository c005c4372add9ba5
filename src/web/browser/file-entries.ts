// What browsers show of dropped files and folders, as promises.

export function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

export function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

/** The file that an entry stands for. */
export function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** Everything that lies in a folder, without what lies in folders below. */
export async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const entries: FileSystemEntry[] = []
  const reader = folder.createReader()
  // It gives some at a time, and none when there are no more.
  for (let part = await partOf(reader); part.length > 0; part = await partOf(reader))
    entries.push(...part)
  return entries
}

/** What is looked for, or undefined where nothing of that name and kind is. */
export async function unlessMissing<Found>(look: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof DOMException && /^(?:NotFoundError|TypeMismatchError)$/.test(error.name))
      return undefined
    throw error
  }
}

function partOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}
