import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeEpub } from '../../test/support/make-epub.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import type { ImportResult } from './enter-book.ts'
import { importFile } from './import.ts'

/** What drops files into the inbox of a home, and has them imported. */
export function dropsOf(home: () => TempHome): {
  /** Writes a drop into the inbox and answers its path. */
  drop: (name: string, bytes: Buffer | string, to?: TempHome) => Promise<string>
  importDrop: (name: string, bytes: Buffer | string, into?: TempHome) => Promise<ImportResult>
} {
  async function drop(
    name: string,
    bytes: Buffer | string,
    to: TempHome = home(),
  ): Promise<string> {
    const path = join(to.config.inbox, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    return path
  }

  async function importDrop(name: string, bytes: Buffer | string, into: TempHome = home()) {
    const path = await drop(name, bytes, into)
    const file = name.replace(/^.*\//, '')
    return importFile(into, {
      path,
      name: file,
      dispose: 'remove',
      uploader: null,
      source: 'inbox',
    })
  }

  return { drop, importDrop }
}

/** The bytes of a book with a cover. */
export const alice = () => makeEpub({ title: 'Alice', authors: ['Lewis Carroll'], cover: 'jpeg' })
