import { createHash } from 'node:crypto'
import type { Book } from '../src/catalogue/book.ts'
import { insertBook } from '../src/catalogue/change-book.store.ts'
import { readConfig } from '../src/config.ts'
import { openHome } from '../src/open-home.ts'
import { addPerson } from '../src/people/person.ts'
import { beginWebSession } from '../src/people/web-session.ts'
import { saveState } from '../src/reading/reading-state.store.ts'
import { createShelf, addToShelf } from '../src/shelves/shelf.store.ts'
import { uuid5 } from '../src/uuid.ts'

const NAMESPACE = '5e7b61f0-8f6a-4a55-9a32-0d8f6f5d7c11'
const NOUNS =
  'tide harbour lamp orchard winter letter mirror garden river glass island shadow clock bridge salt thorn ember meadow storm anchor'.split(
    ' ',
  )
const NAMES = 'Lund Okafor Brontë Żak Nguyễn Marsh Adeyemi Ito Weiß Silva Haddad Novák'.split(' ')
const ARTICLES = ['The', 'A', 'An', '', '', 'Of']

/**
 * Writes a library as a reader has it after twenty years into a data folder, without files: titles of few words that come again and
 * again, every third book opened or finished, every tenth on a shelf. Answers the secret of a web session of its owner.
 */
export async function writeLargeLibrary(dataDir: string, count: number): Promise<string> {
  const home = await openHome(
    readConfig({ HOLDFAST_DATA_DIR: dataDir, HOLDFAST_LOG_LEVEL: 'silent' }),
  )
  try {
    const wish = { name: 'bench', password: 'a bench of oak', owner: true }
    const person = await addPerson(home, wish)
    await home.db.transact(async (tx) => {
      const shelf = { id: 'shelf', person: person.id, name: 'Sofa', now: 0 }
      await createShelf(tx, shelf)
      for (let n = 0; n < count; n += 1) {
        const book = bookOf(n)
        await insertBook(tx, book)
        if (n % 3 === 0) await saveState(tx, person.id, stateOf(book.id, n))
        if (n % 10 === 0) await addToShelf(tx, shelf.id, [book.id], n, 'person')
      }
    })
    return await beginWebSession(home, person, { browser: 'A browser', way: 'password' })
  } finally {
    await home.db.close()
  }
}

function bookOf(n: number): Book {
  const hash = createHash('sha256').update(`large ${n}`).digest()
  const pick = (words: readonly string[], at: number) => words[(hash[at] ?? 0) % words.length] ?? ''
  const title = `${pick(ARTICLES, 0)} ${pick(NOUNS, 1)} and the ${pick(NOUNS, 2)} ${n}`.trim()
  const id = uuid5(NAMESPACE, `large ${n}`)
  return {
    id,
    title,
    subtitle: null,
    contributors: [{ name: `Ann ${pick(NAMES, 3)}`, sortName: null, role: 'aut' }],
    series: n % 4 === 0 ? { name: `The ${pick(NOUNS, 4)} books`, index: n % 9 } : null,
    language: 'en',
    publisher: 'Bench & Sons',
    published: '2020',
    publishedAt: null,
    isbn: null,
    identifiers: [],
    description: `<p>${'It is a truth universally acknowledged. '.repeat(12)}</p>`,
    subjects: [],
    layout: 'reflowable',
    format: 'epub',
    cover: n % 5 === 0 ? null : { hash: hash.toString('hex'), type: 'image/jpeg', crop: null },
    metaRev: 1,
    fileRev: 1,
    file: { hash: hash.toString('hex'), size: 300_000, path: `${id}.epub` },
    artifact: null,
    uploader: null,
    addedAt: n * 1000,
    deletedAt: null,
  }
}

function stateOf(book: string, n: number) {
  const moment = { text: new Date(n * 1000).toISOString(), at: n * 1000 }
  return {
    book,
    rev: 1,
    origin: null,
    createdAt: 0,
    modified: moment,
    status: {
      modified: moment,
      status: n % 300 === 0 ? ('Reading' as const) : ('Finished' as const),
      timesStarted: 1,
      lastStarted: null,
      lastFinished: null,
    },
    statistics: null,
    place: { modified: moment, percent: 40, sourcePercent: null, location: null },
  }
}
