import { rm } from 'node:fs/promises'
import { importFile, isRefusal } from '../../catalogue/import.ts'
import { receiveBooks, type Arrived } from '../../catalogue/receive-books.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'

/** What became of one file. What `failed` is told in Errata; what is `untaken` came at a bad time, and is not kept here. */
type Outcome =
  | { name: string; outcome: 'added' | 'known' | 'restored'; title: string }
  | { name: string; outcome: 'failed'; why: string }
  | { name: string; outcome: 'untaken'; why: string }

/** Adds the files of a form to the library. A script of ours is told of each of them, anybody else goes back to the library. */
export function addBooks(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const arrived = await receiveBooks(home, c.req.raw)
    if (arrived.length === 0) throw new Problem('invalid', 'Please choose a file first.')
    // All at once, so that whoever looks sees how many there are; the gate of imports lets in a few at a time.
    const ended = await Promise.allSettled(arrived.map((each) => addOne(home, each, person.id)))
    for (const { path } of arrived) await rm(path, { force: true })
    const outcomes = ended.map((each) => {
      if (each.status === 'rejected') throw each.reason
      return each.value
    })
    if (c.req.header('accept') === 'application/json') return c.json({ files: outcomes })
    // Where nothing else came of it, the page can say why.
    const [first] = outcomes
    if (first?.outcome === 'untaken' && outcomes.length === 1)
      throw new Problem('unavailable', first.why)
    const count = (...which: Outcome['outcome'][]) =>
      String(outcomes.filter(({ outcome }) => which.includes(outcome)).length)
    const counts = {
      added: count('added', 'restored'),
      known: count('known'),
      failed: count('failed'),
      untaken: count('untaken'),
    }
    return c.redirect(link(root, 'books', {}, { order: 'newest', ...counts }), 303)
  }
}

/** What cannot become a book, or not now, is told; it does not keep the others from becoming one. */
async function addOne(home: Home, { path, name }: Arrived, uploader: string): Promise<Outcome> {
  try {
    const drop = { path, name, uploader, source: 'upload', dispose: 'remove' } as const
    const { outcome, book } = await importFile(home, drop)
    return { name, outcome, title: book.title }
  } catch (error) {
    if (error instanceof Problem)
      return { name, outcome: isRefusal(error) ? 'failed' : 'untaken', why: error.message }
    throw error
  }
}
