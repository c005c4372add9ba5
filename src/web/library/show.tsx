import type { Book } from '../../catalogue/book.ts'
import { booksByIds, listBooks } from '../../catalogue/catalogue.store.ts'
import { searchBooks } from '../../catalogue/search.store.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import { readingNow, type BeingRead } from '../../reading/reading-now.store.ts'
import { shelvesOf } from '../../shelves/shelf.store.ts'
import type { CountedShelf } from '../../shelves/shelf.ts'
import { Layout } from '../layout.tsx'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { AddBooks } from './add-form.tsx'
import { Books, ChosenBooks } from './books.tsx'
import { ChoiceWords, Done, Search } from './choice-words.tsx'
import { Choices, libraryLink } from './choices.ts'
import { countLibrary, libraryPart } from './library.store.ts'
import { nextStepOf, NextStep, type Step } from './next-step.tsx'
import { NewlyArrived, ReadingNow } from './rows.tsx'

/** How many books stand on one page: whole rows in every width, and light enough for a slow line. */
const PART = 48

/** How many are shown as being read, and as newly arrived. */
const READING = 4
const NEWEST = 8

/** The books of the household: what is being read, what came, and all of them or those that are asked for. */
export function showLibrary(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const choices = readQuery(c, Choices)
    const db = home.db.read
    const { person } = visit
    const { q, show, order, after } = choices
    const isPlain = q.trim() === '' && show === 'all' && after === undefined && !choices.choose
    const part = { limit: PART, after }
    const { books, next } =
      q.trim() === ''
        ? await libraryPart(db, { ...part, person: person.id, filter: show, order })
        : await searchBooks(db, q, part)
    const count = await countLibrary(db)
    const reading = isPlain ? await readingNow(db, person.id, READING) : []
    const newest =
      isPlain && order === 'title' && count > PART / 2
        ? (await listBooks(db, { limit: NEWEST })).books
        : []
    const devices = isPlain ? await devicesOf(db, person.id) : []
    const names = new Map(devices.map(({ id, name }) => [id, name]))
    const shelves = choices.choose === undefined ? [] : await shelvesOf(db, person.id)
    const read = await booksByIds(
      db,
      reading.map(({ book }) => book),
    )
    const beingRead = reading.flatMap((each) => {
      const book = read.get(each.book)
      return book ? [{ ...each, book, device: names.get(each.device ?? '') }] : []
    })
    const inbox = home.config.inbox
    const step = isPlain && count > 0 ? await nextStepOf(db, person, devices) : undefined
    return c.html(
      <LibraryPage
        {...{ visit, choices, books, next, count, beingRead, newest, shelves, inbox, step }}
      />,
    )
  }
}

function LibraryPage(props: {
  visit: Visit
  choices: Choices
  books: Book[]
  next: string | null
  count: number
  beingRead: (Omit<BeingRead, 'book' | 'device'> & { book: Book; device: string | undefined })[]
  newest: Book[]
  shelves: CountedShelf[]
  inbox: string
  step: Step | undefined
}) {
  const { visit, choices, books, next, count, beingRead, newest, shelves, inbox, step } = props
  const isEmpty = count === 0 && choices.show !== 'deleted' && choices.q.trim() === ''
  return (
    <Layout title="Library" root={visit.root} visit={visit} here="books">
      <div class="head">
        <h1>Library</h1>
        <AddBooks visit={visit} inbox={inbox} isOpen={isEmpty} />
      </div>
      <Done choices={choices} root={visit.root} />
      <div id="uploads" role="status" data-shows={isEmpty ? 'at once' : undefined}></div>
      {step !== undefined && <NextStep visit={visit} step={step} />}
      {isEmpty ? (
        <p class="lead">
          Your library is empty.{' '}
          <span class="by-script">Drop an EPUB anywhere on this page, or </span>
          <span class="begins">put</span> files in <code>{inbox}</code>.
        </p>
      ) : (
        <>
          <Search visit={visit} choices={choices} count={count} />
          <div id="found">
            <ReadingNow visit={visit} books={beingRead} />
            <NewlyArrived visit={visit} books={newest} />
            <section class="all" aria-labelledby="all">
              <h2 id="all" class={newest.length + beingRead.length > 0 ? '' : 'unseen'}>
                {choices.q.trim() === '' ? 'All books' : 'Found'}
              </h2>
              <ChoiceWords visit={visit} choices={choices} />
              {books.length === 0 ? (
                <p class="lead">{EMPTY[choices.q.trim() === '' ? choices.show : 'q']}</p>
              ) : choices.choose === undefined ? (
                <Books visit={visit} books={books} view={choices.view} />
              ) : (
                <ChosenBooks {...{ visit, books, shelves, choices }} />
              )}
              {(next !== null || choices.after !== undefined) && (
                <nav class="words further" aria-label="Parts of the list">
                  {next !== null && (
                    <a rel="next" href={libraryLink(visit, choices, { after: next })}>
                      Further books
                    </a>
                  )}
                  {choices.after !== undefined && (
                    <a href={libraryLink(visit, choices, {})}>To the beginning</a>
                  )}
                </nav>
              )}
            </section>
          </div>
        </>
      )}
    </Layout>
  )
}

const EMPTY: Record<Choices['show'] | 'q', string> = {
  q: 'No book matches.',
  all: 'No further books.',
  unread: 'Everything here was opened at least once.',
  reading: 'Nothing is being read.',
  finished: 'Nothing was finished yet.',
  unshelved: 'Every book stands on one of your shelves.',
  deleted: 'Nothing was deleted.',
}
