import { violate, type Device, type Session } from './device.ts'
import { sendHighlights } from './highlights.ts'
import { instantOf, stamp } from './instants.ts'
import { bookRow, pendingDeletes, presentBooks, type BookRow } from './library.ts'
import { unlessPostponed } from './interrupted.ts'
import { readState, type State } from './operations.ts'
import { sendRatings } from './ratings.ts'
import { sendShelfChanges } from './shelves.ts'
import { complaintsAboutPut, pointedNumbers, readingState } from './validate/reading-state.ts'
import { isRecord } from './validate/shape.ts'
import { stop } from './stop.ts'
import { send, sendJson } from './wire.ts'

/** Tells the server what the reader did since the last sync: every unsent state, every delete, collections and stars. */
export async function sendLocalChanges(session: Session): Promise<void> {
  const { db, switches } = session.device
  for (const queued of queuedStates(session.device)) {
    await unlessPostponed(() => putQueuedState(session, queued))
  }
  for (const row of presentBooks(db)) {
    if (row.stateSent !== 'true') await unlessPostponed(() => putState(session, row))
  }
  if (switches.highlightsSent === 'with-states') await sendHighlights(session)
  for (const id of pendingDeletes(db)) await unlessPostponed(() => sendDelete(session, id))
  await sendShelfChanges(session)
  await sendRatings(session)
}

/** Writes the state of one book to the server. It counts as sent when every part was taken (docs/protocol/reading-state.md). */
export async function putState(session: Session, row: BookRow): Promise<void> {
  const { db } = session.device
  const mine = await put(session, row.id, stateOf(session.device, row))
  if (!mine) return
  db.prepare("UPDATE content SET ReadStateSynced = 'true' WHERE ContentID = ?").run(row.id)
  const priority = mine['PriorityTimestamp']
  if (typeof priority === 'string') {
    db.prepare('UPDATE sim_book SET priority = ? WHERE id = ?').run(priority, row.id)
  }
}

/** Keeps a state that was not told before it is written over, when the device tells of every one. */
export function queueUnsentState(device: Device, row: BookRow): void {
  if (row.stateSent === 'true' || device.switches.offlineWrites !== 'every-state') return
  device.db
    .prepare('INSERT INTO sim_states(id, state) VALUES (?, ?)')
    .run(row.id, JSON.stringify(stateOf(device, row)))
}

interface QueuedState {
  n: number
  id: string
  state: string
}

/** States that were written over before they were told, oldest first. */
export function queuedStates({ db }: Device): QueuedState[] {
  return db.prepare<[], QueuedState>('SELECT n, id, state FROM sim_states ORDER BY n').all()
}

async function putQueuedState(session: Session, { n, id, state }: QueuedState): Promise<void> {
  const taken = await put(session, id, JSON.parse(state))
  if (taken) session.device.db.prepare('DELETE FROM sim_states WHERE n = ?').run(n)
}

/** Sends one state. Gives the server's word about it when every part was taken. */
async function put(
  session: Session,
  id: string,
  state: unknown,
): Promise<Record<string, unknown> | undefined> {
  const { at, json } = await sendJson(session, {
    method: 'PUT',
    to: `/v1/library/${id}/state`,
    json: { ReadingStates: [state] },
    mayWait: true,
  })
  violate(session, at, complaintsAboutPut(json, id))
  const results: unknown[] =
    isRecord(json) && Array.isArray(json['UpdateResults']) ? json['UpdateResults'] : []
  const mine = results.find((each) => isRecord(each) && each['EntitlementId'] === id)
  return isRecord(mine) && wasTaken(mine) ? mine : undefined
}

/**
 * Asks for the state of a book that is being opened. A newer place elsewhere makes the device ask its reader whether to go
 * there; it is given then.
 */
export async function getState(session: Session, id: string): Promise<State | undefined> {
  const { db } = session.device
  const { at, answer, json } = await sendJson(session, {
    method: 'GET',
    to: `/v1/library/${id}/state`,
  })
  const states: unknown[] | undefined = Array.isArray(json) ? json : undefined
  if (!states) {
    violate(session, at, ['the body must be an array'])
    return undefined
  }
  if (states.length > 1) violate(session, at, ['the array must have at most one reading state'])
  violate(session, at, pointedNumbers(answer.body.toString('utf8')))
  const [first] = states
  if (first === undefined) return undefined
  violate(session, at, readingState(first, 'the state'))
  const state = readState(first)
  const theirs = instantOf(state?.priority)
  const known = db
    .prepare<[string], { priority: string | null }>('SELECT priority FROM sim_book WHERE id = ?')
    .get(id)
  const mine = instantOf(known?.priority) ?? instantOf(bookRow(db, id)?.lastRead)
  if (theirs === undefined || mine === undefined || theirs <= mine) return undefined
  session.report.popups.push(id)
  return state
}

/** A JSON content type and no body is what a Kobo really sends. */
async function sendDelete(session: Session, id: string): Promise<void> {
  const announced = session.device.switches.deleteSends === 'empty-json'
  const { answer, at } = await send(session, {
    method: 'DELETE',
    to: `/v1/library/${id}`,
    mayWait: true,
    headers: announced ? { 'Content-Type': 'application/json', 'Content-Length': '0' } : {},
  })
  if (answer.status < 200 || answer.status > 299) {
    throw stop(session, at, `the server answered ${answer.status}; the delete stays queued`)
  }
  session.device.db.prepare('DELETE FROM sim_deletes WHERE id = ?').run(id)
}

function stateOf({ db, now, switches }: Device, row: BookRow): Record<string, unknown> {
  const at = row.lastRead ?? stamp(now())
  const created = db
    .prepare<[string], { created: string | null }>('SELECT created FROM sim_book WHERE id = ?')
    .get(row.id)?.created
  const status = (['ReadyToRead', 'Reading', 'Finished'] as const)[row.readStatus ?? 0]
  const [source = '', value = ''] = row.location?.split('#') ?? []
  return {
    EntitlementId: row.id,
    Created: created ?? at,
    LastModified: at,
    PriorityTimestamp: at,
    StatusInfo: {
      LastModified: at,
      Status: status,
      ...(switches.statusInfo === 'whole' && {
        TimesStartedReading: row.timesStarted ?? 0,
        LastTimeStartedReading: at,
      }),
    },
    Statistics: {
      LastModified: at,
      SpentReadingMinutes: row.minutes ?? 0,
      RemainingTimeMinutes: 0,
    },
    CurrentBookmark: {
      LastModified: at,
      ProgressPercent: row.percent ?? 0,
      ContentSourceProgressPercent: row.chapterProgress ?? 0,
      Location: row.location ? { Source: source, Type: 'KoboSpan', Value: value } : null,
    },
  }
}

function wasTaken(result: Record<string, unknown>): boolean {
  const parts = ['CurrentBookmarkResult', 'StatisticsResult', 'StatusInfoResult']
  return parts.every((part) => {
    const each = result[part]
    return isRecord(each) && (each['Result'] === 'Success' || each['Result'] === 'Ignored')
  })
}
