import { ask } from './ask.ts'
import type { Device, Session } from './device.ts'
import { stamp } from './instants.ts'
import { unlessPostponed } from './interrupted.ts'
import { bookRow } from './library.ts'
import { uuidFrom } from './random.ts'
import { stop } from './stop.ts'
import { send } from './wire.ts'
import { WrongUse } from './wrong-use.ts'

type Change = 'create' | 'rename' | 'add' | 'take-out' | 'delete'

/** Makes a collection of books on the device. Gives its id; the server gives it another one at the next sync. */
export function makeShelf(device: Device, name: string, books: readonly string[]): string {
  const id = uuidFrom(device.random)
  const at = stamp(device.now())
  device.db
    .prepare(
      `INSERT INTO Shelf(Id, InternalName, Name, Type, CreationDate, LastModified, _IsDeleted, _IsVisible, _IsSynced)
       VALUES (?, ?, ?, 'UserTag', ?, ?, 'false', 'true', 'false')`,
    )
    .run(id, name, name, at, at)
  fill(device, name, books)
  queue(device, id, 'create', { Name: name, Items: entriesOf(books) })
  device.diary.note(`The reader makes the collection “${name}”.`)
  return id
}

export function renameShelf(device: Device, from: string, to: string): void {
  const id = shelfNamed(device, from)
  device.db
    .prepare('UPDATE Shelf SET Name = ?, LastModified = ? WHERE Id = ?')
    .run(to, stamp(device.now()), id)
  device.db.prepare('UPDATE ShelfContent SET ShelfName = ? WHERE ShelfName = ?').run(to, from)
  queue(device, id, 'rename', { Name: to })
  device.diary.note(`The reader calls the collection “${from}” now “${to}”.`)
}

export function addToShelf(device: Device, name: string, books: readonly string[]): void {
  const id = shelfNamed(device, name)
  fill(device, name, books)
  queue(device, id, 'add', { Items: entriesOf(books) })
  device.diary.note(`The reader puts ${titles(device, books)} into the collection “${name}”.`)
}

export function takeFromShelf(device: Device, name: string, books: readonly string[]): void {
  const id = shelfNamed(device, name)
  const drop = device.db.prepare('DELETE FROM ShelfContent WHERE ShelfName = ? AND ContentId = ?')
  for (const book of books) drop.run(name, book)
  queue(device, id, 'take-out', { Items: entriesOf(books) })
  device.diary.note(`The reader takes ${titles(device, books)} out of the collection “${name}”.`)
}

export function deleteShelf(device: Device, name: string): void {
  const id = shelfNamed(device, name)
  device.db.prepare("UPDATE Shelf SET _IsDeleted = 'true' WHERE Id = ?").run(id)
  device.db.prepare('DELETE FROM ShelfContent WHERE ShelfName = ?').run(name)
  queue(device, id, 'delete', {})
  device.diary.note(`The reader deletes the collection “${name}”.`)
}

/** The collections on the device by name, each with the ids of its books. */
export function shelvesOf({ db }: Device): Record<string, string[]> {
  const shelves = db
    .prepare<[], { name: string }>(
      "SELECT Name AS name FROM Shelf WHERE _IsDeleted = 'false' ORDER BY rowid",
    )
    .all()
  const books = db.prepare<[string], { id: string }>(
    'SELECT ContentId AS id FROM ShelfContent WHERE ShelfName = ? ORDER BY rowid',
  )
  return Object.fromEntries(shelves.map(({ name }) => [name, books.all(name).map((row) => row.id)]))
}

/** Tells the server what became of the collections, in order. What it refuses stays queued (docs/protocol/library-sync.md). */
export async function sendShelfChanges(session: Session): Promise<void> {
  const { db } = session.device
  for (;;) {
    const next = db
      .prepare<[], { n: number; shelf: string; change: Change; body: string }>(
        'SELECT n, shelf, change, body FROM sim_shelf_changes ORDER BY n LIMIT 1',
      )
      .get()
    if (!next) return
    const body: unknown = JSON.parse(next.body)
    const { shelf, change: kind } = next
    const told = await unlessPostponed(() =>
      kind === 'create' ? create(session, shelf, body) : change(session, shelf, kind, body),
    )
    if (!told) return
    db.prepare('DELETE FROM sim_shelf_changes WHERE n = ?').run(next.n)
  }
}

/** The answer is the id under which the server keeps the collection. */
async function create(session: Session, shelf: string, body: unknown): Promise<void> {
  const { db } = session.device
  const { json } = await ask(session, {
    method: 'POST',
    to: '/v1/library/tags',
    json: body,
    mayWait: true,
  })
  if (typeof json !== 'string' || json === '') return
  db.prepare('UPDATE OR REPLACE Shelf SET Id = ? WHERE Id = ?').run(json, shelf)
  db.prepare('UPDATE sim_shelf_changes SET shelf = ? WHERE shelf = ?').run(json, shelf)
  markSent(session.device, json)
}

async function change(
  session: Session,
  shelf: string,
  kind: Exclude<Change, 'create'>,
  body: unknown,
): Promise<void> {
  const tag = `/v1/library/tags/${shelf}`
  const call = {
    rename: { method: 'PUT', to: tag, json: body },
    add: { method: 'POST', to: `${tag}/items`, json: body },
    'take-out': { method: 'POST', to: `${tag}/items/delete`, json: body },
    delete: { method: 'DELETE', to: tag },
  } as const
  const { answer, at } = await send(session, { ...call[kind], mayWait: true })
  if (answer.status < 200 || answer.status > 299) {
    throw stop(session, at, `the server answered ${answer.status}; the change stays queued`)
  }
  markSent(session.device, shelf)
}

function markSent(device: Device, id: string): void {
  device.db
    .prepare("UPDATE Shelf SET _IsSynced = 'true', _SyncTime = ? WHERE Id = ?")
    .run(stamp(device.now()), id)
}

function queue(device: Device, shelf: string, kind: Change, body: unknown): void {
  device.db
    .prepare('INSERT INTO sim_shelf_changes(shelf, change, body) VALUES (?, ?, ?)')
    .run(shelf, kind, JSON.stringify(body))
}

function fill(device: Device, name: string, books: readonly string[]): void {
  const insert = device.db.prepare(
    `INSERT OR REPLACE INTO ShelfContent(ShelfName, ContentId, DateModified, _IsDeleted, _IsSynced)
     VALUES (?, ?, ?, 'false', 'false')`,
  )
  for (const book of books) insert.run(name, book, stamp(device.now()))
}

function shelfNamed({ db }: Device, name: string): string {
  const row = db
    .prepare<[string], { id: string }>(
      "SELECT Id AS id FROM Shelf WHERE Name = ? AND _IsDeleted = 'false'",
    )
    .get(name)
  if (!row) throw new WrongUse(`This Kobo has no collection “${name}”.`)
  return row.id
}

function entriesOf(books: readonly string[]) {
  return books.map((id) => ({ RevisionId: id, Type: 'ProductRevisionTagItem' }))
}

function titles({ db }: Device, books: readonly string[]): string {
  return books.map((id) => `“${bookRow(db, id)?.title ?? id}”`).join(', ')
}
