import { booksByIds } from '../catalogue/catalogue.store.ts'
import type { Db } from '../db/schema.ts'
import type { Device } from '../devices/device.ts'
import type { Entry, Operation } from '../sync/log.ts'
import { SILENCE } from '../sync/judge.ts'
import type { TellTime } from '../sync/tell-time.ts'
import { bundleOf, type Bundle } from './bundle.ts'
import { countSync, type SyncCounts } from './count-sync.ts'
import { syncRecord, syncRecords } from './diary.store.ts'
import { requestsIn, type KnownRequest } from './requests.ts'
import { endOf } from './sync-end.ts'
import { tellSync } from './tell-sync.ts'

/** One sync of a device, told. Times in epoch ms; `endedAt` is null while it may go on. */
export type ToldSync = {
  id: string
  startedAt: number
  endedAt: number | null
  /** Its last answer was given. Whether that arrived, the sentences tell. */
  complete: boolean
  sentences: string[]
  counts: SyncCounts
  requests: KnownRequest[]
}

/** The most requests of one sync that are told; a bundle has all of them. */
const REQUESTS = 200

/** The syncs of a device, newest first; `before` is the id of the one before which the part begins. */
export async function readDiary(
  db: Db,
  device: Pick<Device, 'id'>,
  part: { limit: number; before?: number | undefined },
  tell: TellTime,
  now: number,
): Promise<{ items: ToldSync[]; next: number | null }> {
  const records = await syncRecords(db, device.id, { ...part, limit: part.limit + 1 })
  const told = records.slice(0, part.limit)
  const books = new Set(
    told.flatMap(({ entries, foretold }) => [
      ...entries.flatMap((entry) => ('book' in entry ? [entry.book] : [])),
      // What was sent beside it may have to be named.
      ...(foretold === null ? [] : [...foretold, ...sentIn(entries)].map(({ book }) => book)),
    ]),
  )
  const titles = await booksByIds(db, [...books])
  return {
    items: told.map((record) => {
      const { seq, startedAt, entries, isLast } = record
      const end = endOf(entries, SILENCE)
      return {
        id: String(seq),
        startedAt,
        endedAt: isLast && now - end < SILENCE ? null : end,
        complete: entries.some((entry) => entry.kind === 'complete'),
        sentences: tellSync(record, (book) => titles.get(book)?.title, tell),
        counts: countSync(entries),
        requests: requestsIn(entries).slice(0, REQUESTS),
      }
    }),
    next: records.length > told.length ? (told.at(-1)?.seq ?? null) : null,
  }
}

function sentIn(entries: readonly Entry[]): Operation[] {
  return entries.flatMap((entry) => (entry.kind === 'page' ? entry.operations : []))
}

/** The bundle of one sync of a device; undefined when there is no such sync. */
export async function readBundle(db: Db, device: Device, id: string): Promise<Bundle | undefined> {
  if (!/^[1-9]\d{0,15}$/.test(id)) return undefined
  const record = await syncRecord(db, device.id, Number(id))
  return record && bundleOf(record, device)
}
