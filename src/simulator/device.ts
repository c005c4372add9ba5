import type { Database } from 'better-sqlite3'
import type { Diary } from './diary.ts'
import type { Cause, Event } from './events.ts'
import { noFaults, type Circumstances, type Faults } from './faults.ts'
import type { Home } from './home.ts'
import type { Connections } from './http.ts'
import type { Random } from './random.ts'
import type { Request } from './request.ts'
import type { Switches } from './switches.ts'

/** One simulated Kobo: its drive, its database and its habits. */
export interface Device {
  home: Home
  db: Database
  /** Whether the database lives in memory, apart from the drive. */
  inMemory: boolean
  /** The address in `api_endpoint`, without a slash at its end; empty when the configuration names no server. */
  syncUrl: string
  /** Where requests to the host of the sync URL really go, when that name leads nowhere from here. */
  behind: URL | undefined
  deviceId: string
  serial: string
  switches: Switches
  /** What the device takes for the time, epoch ms: the clock with the device's own error. */
  now: () => number
  /** Lets time pass, in ms. */
  sleep: (ms: number) => Promise<void>
  random: Random
  connections: Connections
  diary: Diary
  /** Every broken rule since the device was opened. */
  violations: string[]
  /** What happened since the device was opened, in order. */
  events: Event[]
  /** Answers to the library sync that arrived so far. */
  pages: number
  /** Away from the network. */
  offline: boolean
  /** Requests that will come a second time, each after so many more exchanges. */
  twins: {
    request: Request
    /** Told of the body of the answer, though the device never sees it. */
    overheard: ((body: Buffer) => void) | undefined
    after: number
  }[]
  /** The Resources map of the last initialization, once it was read from the database. */
  resources: Record<string, unknown> | undefined
}

/** What happened while a device was talking to its server. */
export interface SyncReport {
  /** Everything was done that the device had set out to do. */
  completed: boolean
  /** Where and why it ended early. */
  interrupted?: { at: string; because: string }
  /** Answers to the library sync that were applied. */
  pages: number
  /** Of these, the ones that said `continue`. */
  continues: number
  /** What those answers held, in order. */
  operations: { kind: string; id: string; removed?: true }[]
  /** Books whose file arrived. */
  downloaded: string[]
  /** Image ids whose cover arrived. */
  covers: string[]
  requests: number
  violations: string[]
  /** Downloaded books that became "Download" tiles again under the same revision. */
  flips: string[]
  /** Downloaded books that were announced as new, whatever came of it. */
  reannounced: string[]
  /** Downloaded books that arrived under another revision and are to be fetched again. */
  redelivered: string[]
  /** Operations without effect. */
  dropped: { kind: string; id: string; why: string }[]
  /** Books that asked "go to the last page read?". */
  popups: string[]
}

/** One stretch of talking to the server: a sync, or the opening or closing of a book. */
export interface Session {
  device: Device
  report: SyncReport
  faults: Faults
  meanwhile: Circumstances['meanwhile']
  /** Exchanges begun so far. */
  exchanges: number
  /** Books announced in this session whose file is not here, in order. */
  fresh: Set<string>
}

export function openSession(
  device: Device,
  { faults = noFaults, meanwhile }: Circumstances,
): Session {
  const report: SyncReport = {
    completed: false,
    pages: 0,
    continues: 0,
    operations: [],
    downloaded: [],
    covers: [],
    requests: 0,
    violations: [],
    flips: [],
    reannounced: [],
    redelivered: [],
    dropped: [],
    popups: [],
  }
  return { device, report, faults, meanwhile, exchanges: 0, fresh: new Set() }
}

/** Most violations that one answer adds: the rest of a broken answer says nothing new. */
const VIOLATIONS_PER_ANSWER = 12

/** What an answer did: the cause of events that follow from it. */
export function byServer(session: Session, how: string): Cause {
  return { by: 'server', how, page: session.device.pages }
}

/** Writes down that the server broke rules at `at` (method and path). */
export function violate(session: Session, at: string, complaints: readonly string[]): void {
  for (const complaint of complaints.slice(0, VIOLATIONS_PER_ANSWER)) {
    const sentence = `${at}: ${complaint}.`
    session.report.violations.push(sentence)
    session.device.violations.push(sentence)
    session.device.diary.note(`! ${sentence}`)
  }
}
