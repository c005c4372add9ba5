import { entriesIn, fileOf, isFile, isFolder } from './file-entries.ts'

/** The files among what was dropped, also those in folders. Must be called within the event. */
export async function filesIn(dropped: DataTransfer): Promise<File[]> {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return [...dropped.files]
  return (await Promise.all(entries.map(filesOf))).flat()
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isFile(entry)) return [await fileOf(entry)]
  if (!isFolder(entry)) return []
  return (await Promise.all((await entriesIn(entry)).map(filesOf))).flat()
}
