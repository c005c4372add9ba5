import { entriesIn, fileOf, isFile, isFolder, unlessMissing } from './file-entries.ts'
import type { Folder } from './kobo-folder.ts'

/** A folder as a list of files with their paths: what a field for folders gives, or files that were dropped alone. */
export function folderOfList(files: readonly File[]): Folder {
  // Of a folder that was chosen, every path begins with its own name.
  return listedBelow(files.map((file) => [pathOf(file), file] as const))
}

function pathOf(file: File): string {
  const path = file.webkitRelativePath
  return path === '' ? file.name : path.slice(path.indexOf('/') + 1)
}

function listedBelow(files: readonly (readonly [path: string, file: File])[]): Folder {
  return {
    file: async (name) => files.find(([path]) => path === name)?.[1],
    folder: async (name) => {
      const below = files.flatMap(([path, file]) =>
        path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), file] as const] : [],
      )
      return below.length === 0 ? undefined : listedBelow(below)
    },
    files: async () => files.flatMap(([path, file]) => (path.includes('/') ? [] : [file])),
  }
}

/** A folder that was chosen by the File System Access of browsers that have it. */
export function folderOfHandle(handle: FileSystemDirectoryHandle): Folder {
  return {
    file: (name) => unlessMissing(async () => (await handle.getFileHandle(name)).getFile()),
    folder: (name) =>
      unlessMissing(async () => folderOfHandle(await handle.getDirectoryHandle(name))),
    async files() {
      const files: File[] = []
      for await (const each of handle.values())
        if (each instanceof FileSystemFileHandle) files.push(await each.getFile())
      return files
    },
  }
}

/** A folder that was dropped. */
export function folderOfEntry(entry: FileSystemDirectoryEntry): Folder {
  const inside = (name: string) =>
    unlessMissing(
      () =>
        new Promise<FileSystemEntry>((resolve, reject) =>
          entry.getFile(name, {}, resolve, () => entry.getDirectory(name, {}, resolve, reject)),
        ),
    )
  return {
    async file(name) {
      const found = await inside(name)
      return found && isFile(found) ? fileOf(found) : undefined
    },
    async folder(name) {
      const found = await inside(name)
      return found && isFolder(found) ? folderOfEntry(found) : undefined
    },
    async files() {
      return await Promise.all((await entriesIn(entry)).filter(isFile).map(fileOf))
    },
  }
}

/** What was dropped: a folder, or files. To be called while the drop is told of. */
export function folderOfDrop(dropped: DataTransfer): Folder {
  const entries = Array.from(dropped.items, (item) => item.webkitGetAsEntry())
  const folder = entries.find((entry) => entry !== null && isFolder(entry))
  return folder ? folderOfEntry(folder) : folderOfList([...dropped.files])
}
