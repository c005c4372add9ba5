import { answerAll } from './answers.ts'
import { rollBack, takeServerSnapshot } from './backups.ts'
import { ask, call } from './calls.ts'
import { shelfOf, shelve } from './owner.ts'
import type { Edit, Step } from './step.ts'
import { fail, type World } from './world.ts'

/** What happens in the library, with the server or at its owner's desk, and to no Kobo alone. */
export async function actAtHome(world: World, step: Exclude<Step, { kobo: 0 | 1 }>): Promise<void> {
  const { house, books } = world.stage
  const id = 'book' in step ? (books[step.book] ?? '') : ''
  switch (step.do) {
    case 'shelve':
    case 'unshelve':
    case 'rename':
      return edit(world, { do: step.do, book: step.book, at: 0 })
    case 'delete book':
      return void (await ask(world, 'DELETE', `/books/${id}`))
    case 'restore book':
      return void (await ask(world, 'POST', `/books/${id}/restore`))
    case 'again':
      return importAgain(world, step.book)
    case 'not ready':
      return unprepare(world, id)
    case 'machine removes': {
      const remove = books.slice(0, step.count)
      const body = { remove, cause: 'machine' }
      return void (await ask(world, 'POST', `/shelves/${world.shelves[0]}/books`, body))
    }
    case 'answer':
      return answerAll(world)
    case 'restart':
      return house.restart({ kill: step.how === 'kill' })
    case 'server snapshot':
      return takeServerSnapshot(world)
    case 'server rollback':
      return rollBack(world, step.renew)
  }
}

/** The owner shelves, unshelves or renames a book. */
export async function edit(world: World, { do: what, book }: Edit): Promise<void> {
  const id = world.stage.books[book] ?? ''
  if (what === 'shelve') return shelve(world, book)
  if (what === 'unshelve')
    return void (await ask(world, 'DELETE', `/shelves/${shelfOf(world, book)}/books/${id}`))
  const title = `Book ${book}, ${world.stage.house.now() + Math.floor(performance.now())}`
  await ask(world, 'PATCH', `/books/${id}`, { title })
}

/** A book whose file is being made anew: it is there, and nothing can be sent of it for a while. */
async function unprepare(world: World, id: string): Promise<void> {
  const { home } = world.stage.house.server
  await home.db.transact((tx) =>
    tx
      .updateTable('book')
      .set({ artifact: null, lease_until: Number.MAX_SAFE_INTEGER })
      .where('id', '=', id)
      .execute(),
  )
}

/** Every book can be sent again. */
export async function prepare(world: World): Promise<void> {
  const { house, books } = world.stage
  await house.server.home.db.transact((tx) =>
    tx.updateTable('book').set({ lease_until: null }).where('id', 'in', books).execute(),
  )
  await house.settled()
}

/** The same bytes again are the same book. */
async function importAgain(world: World, book: number): Promise<void> {
  const { files, books, tally } = world.stage
  const { body } = await call<{ id: string }>(world, 'POST', '/books', files[book])
  tally.check('I13')
  if (body.id !== books[book]) fail(world, 'I13', `book ${book} came back as ${body.id}`)
}
