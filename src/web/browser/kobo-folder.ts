import { DATABASE, KEPUB_FOLDER, KOBO_FOLDER, VERSION_FILE } from '../../audit/kobo-names.ts'

/** A folder that a person showed to this page, however they did. What is not there is undefined. */
export type Folder = {
  file(name: string): Promise<File | undefined>
  folder(name: string): Promise<Folder | undefined>
  /** The files that lie in it, without those in folders below. */
  files(): Promise<Iterable<File>>
}

/** A file of a book: its name, which is the book's id, and its bytes. */
export type Listed = { name: string; size: number }

/** What of a Kobo is looked at: these, and nothing else of its drive. */
export type OfKobo = {
  database: File
  wal: File | null
  listing: Listed[] | null
  version: File | null
}

/** Finds what is looked at in the drive of a Kobo, in its folder `.kobo`, or among files copied from there. */
export async function ofKobo(shown: Folder): Promise<OfKobo | undefined> {
  for (const folder of [await shown.folder(KOBO_FOLDER), shown]) {
    const database = await folder?.file(DATABASE)
    if (!folder || !database) continue
    const books = await folder.folder(KEPUB_FOLDER)
    return {
      database,
      wal: (await folder.file(`${DATABASE}-wal`)) ?? null,
      listing: books ? Array.from(await books.files(), listed) : null,
      version: (await folder.file(VERSION_FILE)) ?? null,
    }
  }
  return undefined
}

function listed({ name, size }: File): Listed {
  return { name, size }
}
