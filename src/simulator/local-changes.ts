import { violate, type Session } from './device.ts'
import { instantOf, stamp } from './instants.ts'
import { bookRow, pendingDeletes, presentBooks, type BookRow } from './library.ts'
import { readState } from './operations.ts'
import { sendRatings } from './ratings.ts'
import { sendShelfChanges } from './shelves.ts'
import { complaintsAboutPut, pointedNumbers, readingState } from './validate/reading-state.ts'
import { isRecord } from './validate/shape.ts'
import { send, sendJson, stop } from './wire.ts'

/** Tells the server what the reader did since the last sync: every unsent state, every delete, collections and stars. */
export async function sendLocalChanges(session: Session): Promise<void> {
  const { db } = session.device
  for (const row of presentBooks(db)) if (row.stateSent !== 'true') await putState(session, row)
  for (const id of pendingDeletes(db)) await sendDelete(session, id)
  await sendShelfChanges(session)
  await sendRatings(session)
}

/** Writes the state of one book to the server. It counts as sent when every part was taken (docs/protocol/reading-state.md). */
export async function putState(session: Session, row: BookRow): Promise<void> {
  const { db } = session.device
  const { at, json } = await sendJson(session, {
    method: 'PUT',
    to: `/v1/library/${row.id}/state`,
    json: { ReadingStates: [stateOf(session, row)] },
  })
  violate(session, at, complaintsAboutPut(json, row.id))
  const results: unknown[] =
    isRecord(json) && Array.isArray(json['UpdateResults']) ? json['UpdateResults'] : []
  const mine = results.find((each) => isRecord(each) && each['EntitlementId'] === row.id)
  if (!isRecord(mine) || !wasTaken(mine)) return
  db.prepare("UPDATE content SET ReadStateSynced = 'true' WHERE ContentID = ?").run(row.id)
  const priority = mine['PriorityTimestamp']
  if (typeof priority === 'string') {
    db.prepare('UPDATE sim_book SET priority = ? WHERE id = ?').run(priority, row.id)
  }
}

/** Asks for the state of a book that is being opened; a newer place elsewhere makes the device ask its reader. */
export async function getState(session: Session, id: string): Promise<void> {
  const { db } = session.device
  const { at, answer, json } = await sendJson(session, {
    method: 'GET',
    to: `/v1/library/${id}/state`,
  })
  const states: unknown[] | undefined = Array.isArray(json) ? json : undefined
  if (!states) return violate(session, at, ['the body must be an array'])
  if (states.length > 1) violate(session, at, ['the array must have at most one reading state'])
  violate(session, at, pointedNumbers(answer.body.toString('utf8')))
  const [first] = states
  if (first === undefined) return
  violate(session, at, readingState(first, 'the state'))
  const theirs = instantOf(readState(first)?.priority)
  const known = db
    .prepare<[string], { priority: string | null }>('SELECT priority FROM sim_book WHERE id = ?')
    .get(id)
  const mine = instantOf(known?.priority) ?? instantOf(bookRow(db, id)?.lastRead)
  if (theirs !== undefined && mine !== undefined && theirs > mine) session.report.popups.push(id)
}

/** A JSON content type and no body: what a Kobo really sends. */
async function sendDelete(session: Session, id: string): Promise<void> {
  const { answer, at } = await send(session, {
    method: 'DELETE',
    to: `/v1/library/${id}`,
    headers: { 'Content-Type': 'application/json', 'Content-Length': '0' },
  })
  if (answer.status < 200 || answer.status > 299) {
    throw stop(session, at, `the server answered ${answer.status}; the delete stays queued`)
  }
  session.device.db.prepare('DELETE FROM sim_deletes WHERE id = ?').run(id)
}

function stateOf(session: Session, row: BookRow): Record<string, unknown> {
  const at = row.lastRead ?? stamp(session.device.now())
  const created = session.device.db
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
      ...(session.device.switches.statusInfo === 'whole' && {
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
