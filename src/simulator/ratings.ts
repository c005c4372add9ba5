import { ask } from './ask.ts'
import { violate, type Device, type Session } from './device.ts'
import { stamp } from './instants.ts'
import { unlessPostponed } from './interrupted.ts'
import { knownBook } from './known-book.ts'
import { isRecord } from './validate/shape.ts'
import { WrongUse } from './wrong-use.ts'

/** The reader gives a book one to five stars. The server hears of it at the next sync. */
export function rateBook(device: Device, id: string, stars: number): void {
  const row = knownBook(device, id)
  if (!Number.isInteger(stars) || stars < 1 || stars > 5)
    throw new WrongUse('A book gets one to five stars.')
  device.db
    .prepare('INSERT OR REPLACE INTO ratings(ContentID, Rating, DateModified) VALUES (?, ?, ?)')
    .run(id, stars, stamp(device.now()))
  device.db.prepare('INSERT OR REPLACE INTO sim_ratings(id) VALUES (?)').run(id)
  device.diary.note(`The reader gives “${row.title}” ${stars} stars.`)
}

/** Tells the server of new stars, then asks which ones it knows. */
export async function sendRatings(session: Session): Promise<void> {
  const { db } = session.device
  const rated = db
    .prepare<[], { id: string; stars: number }>(
      'SELECT ContentID AS id, Rating AS stars FROM ratings WHERE ContentID IN (SELECT id FROM sim_ratings)',
    )
    .all()
  const told: { id: string; stars: number }[] = []
  for (const { id, stars } of rated) {
    await unlessPostponed(async () => {
      const to = `/v1/products/${id}/rating/${stars}`
      await ask(session, { method: 'POST', to, mayWait: true })
      db.prepare('DELETE FROM sim_ratings WHERE id = ?').run(id)
      told.push({ id, stars })
    })
  }
  if (told.length > 0) await compare(session, told)
}

async function compare(session: Session, rated: readonly { id: string; stars: number }[]) {
  const ids = rated.map((each) => each.id).join(',')
  const { at, json } = await ask(session, {
    method: 'GET',
    to: `/v1/user/reviews?ProductIds=${ids}`,
  })
  const told: unknown[] = isRecord(json) && Array.isArray(json['Items']) ? json['Items'] : []
  for (const { id, stars } of rated) {
    const mine = told.find((each) => isRecord(each) && each['ProductId'] === id)
    if (isRecord(mine) && mine['Rating'] !== stars) {
      violate(session, at, [`the book ${id} has other stars than it was given`])
    }
  }
}
