import type { Artifact } from '../artifacts/artifact.ts'
import { artifactOf } from '../artifacts/artifact.store.ts'
import type { Book } from '../catalogue/book.ts'
import type { Device, Pairing } from '../devices/device.ts'
import type { Db, Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { isShared, mergeReport } from '../reading/merge.ts'
import { saveState, statesOf } from '../reading/reading-state.store.ts'
import { recordFactIn } from '../sync/facts.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { stateFor } from '../sync/state-for.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { readJson } from './read-json.ts'
import { decodeStates, type ReportedState } from './wire/decode-states.ts'
import { encodeState, encodeUnread } from './wire/encode-state.ts'
import { encodeUpdateResults } from './wire/update-results.ts'

/** `GET /v1/library/{id}/state`, asked when a book is opened: an array of one; none for a book that is not ours. */
export function readState(home: Home): KoboHandler {
  return async (c) => {
    const book = await findBook(home.db.read, c.req.param('id') ?? '')
    if (!book) return answer([])
    const { device, pairing } = c.var
    const state = (await statesOf(home.db.read, pairing.person, [book.id])).get(book.id)
    if (!state) return answer([encodeUnread(book)])
    const artifact = await artifactOn(home.db.read, device, book)
    return answer([
      encodeState(await stateFor(home.db.read, state, { device: device?.id, artifact })),
    ])
  }
}

/** The artifact that a device was announced, or the one that it would be. */
async function artifactOn(
  db: Db,
  device: Device | undefined,
  book: Book,
): Promise<Artifact | undefined> {
  const announced = device && (await holdingOf(db, device.id, book.id)).artifact
  const hash = announced ?? book.artifact
  return hash === null ? undefined : artifactOf(db, book.id, hash)
}

/**
 * `PUT /v1/library/{id}/state`: merged into what is stored, part by part, and with it that the book is on the device; both are
 * durable before the answer. Books that are not ours are answered as done (docs/protocol/reading-state.md).
 */
export function writeState(home: Home): KoboHandler {
  return async (c) => {
    const { device, pairing } = c.var
    const reported = decodeStates(await readJson(c), home.now())
    if (!reported) throw new Problem('invalid', 'This is not a reading state.')
    const named = reported.map((one) => ({ ...one, id: one.id || (c.req.param('id') ?? '') }))
    await home.db.transact(async (tx) => {
      for (const one of named) await record(tx, home, { pairing, device }, one)
    })
    return answer(encodeUpdateResults(named))
  }
}

async function record(
  tx: Tx,
  home: Home,
  from: { pairing: Pairing; device: Device | undefined },
  { id, report, instant }: ReportedState,
): Promise<void> {
  const book = await findBook(tx, id)
  if (!book || (report.status ?? report.statistics ?? report.place) === null) return
  const { person } = from.pairing
  const stored = (await statesOf(tx, person, [book.id])).get(book.id) ?? null
  const origin = from.device?.id ?? null
  const { state, changed } = mergeReport(stored, report, { book: book.id, origin })
  if (changed) await saveState(tx, person, state)
  if (!from.device) return
  await recordFactIn(tx, home, from.device, book.id, {
    kind: 'state',
    instant,
    rev: isShared(state, report) ? state.rev : null,
  })
}
