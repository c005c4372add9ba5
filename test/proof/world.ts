import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKobo, type Kobo } from '../../src/simulator/kobo.ts'
import type { Snapshot } from '../../src/simulator/snapshot.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { comeToRest } from './rest.ts'
import type { ServerProcesses } from './server-processes.ts'
import { openKills, type Kills } from './kills.ts'
import { openKilledHouse } from './killed-house.ts'
import type { Copy } from './audits.ts'
import { Tally } from './tally.ts'
import { switchesOf } from './profile.ts'
import { BOOKS, type Schedule } from './step.ts'

/** A house with the books that schedules are about. Many schedules go through one, each with Kobos and shelves of its own. */
export type Stage = Behind & {
  house: House
  books: string[]
  files: Buffer[]
  tally: Tally
  close(): Promise<void>
}

/** What schedules do with the server past HTTP, wherever it runs. */
type Behind = {
  /** The processes of the server, where it has one of its own and can be killed. */
  processes: ServerProcesses | undefined
  /** Resolves when what the server noted is written. */
  noted: () => Promise<void>
  /** Resolves when what it still writes of what was asked is written. */
  rest: () => Promise<void>
}

/** How long a server waits for another program that is writing, in ms. */
const PATIENCE = 60

/** More bytes than lie between two sockets: of a file as large something is not sent yet when the server is killed. */
const LARGE = 6_000_000

/** Opens a stage, whose server has a process of its own if `killed`. The caller closes it. */
export async function openStage(tally = new Tally(), { killed = false } = {}): Promise<Stage> {
  const { house, ...behind } = await (killed ? openHouseElsewhere() : openHouseHere())
  const epubs: Buffer[] = []
  const books: string[] = []
  for (let n = 0; n < BOOKS; n++) {
    const files = killed && n === 0 ? { 'OEBPS/noise.png': randomBytes(LARGE) } : {}
    const file = await makeEpub({ title: `Book ${n}`, chapters: 2, files })
    epubs.push(file)
    books.push((await house.addBook(file)).id)
  }
  // Somebody else's Kobo carries them all, so that every book is prepared before a schedule begins.
  const shelf = await house.shelf('Prepared', books)
  await house.device('Somebody else’s', [shelf.id])
  await house.settled()
  return { house, books, files: epubs, tally, ...behind }
}

async function openHouseHere(): Promise<Behind & { house: House; close(): Promise<void> }> {
  const house = await openHouse({ patience: PATIENCE })
  return {
    house,
    processes: undefined,
    noted: () => writeNotes(house.server.home),
    rest: () => comeToRest(house.server),
    close: () => house.close(),
  }
}

async function openHouseElsewhere(): Promise<Behind & { house: House; close(): Promise<void> }> {
  const { house, processes, close } = await openKilledHouse(PATIENCE)
  return {
    house,
    processes,
    noted: () => processes.tell({ do: 'note' }),
    rest: () => processes.tell({ do: 'rest' }),
    close,
  }
}

/** A Kobo of a schedule with what an honest witness knows of it. */
export type Witnessed = {
  kobo: Kobo
  drive: string
  /** Its id at the server. */
  device: string
  policy: 'keep-off' | 'bring-back' | 'unshelve'
  paused: boolean
  /** Books that its reader removed, until they are shelved anew or brought back. */
  removed: Set<string>
  /** Books that were wanted on it so far, and those that were to leave it at any time since. */
  wanted: Set<string>
  unwanted: Set<string>
  /** Books of which no server can know the truth: silent losses, and backups that nothing told of. */
  exempt: Set<string>
  /** Books that a backup of its own changed, as long as no token told of it. */
  untold: Set<string>
  /** How often its owner let a book be sent anew although it may be there. */
  consents: Map<string, number>
  flips: Map<string, number>
  /** When it was reset, and put back without a token, by the clock of the house. */
  resets: number[]
  restores: number[]
  snapshot: Snapshot | undefined
  /** A copy of its database that waits to be audited. */
  copy: Copy | undefined
  /** Books that were found without their file, or with another, and are taken back by heal to be sent anew. */
  takenBack: Set<string>
  /** Highlights that it told the server of in a sync without faults. */
  told: Set<string>
  /** Books whose announcement it ever took in. */
  announced: Set<string>
  /** It was put into another state than syncs alone would leave. */
  isDisturbed: boolean
  seenEvents: number
  /** A request of its last sync will come once more, in the next one. */
  hasTwin: boolean
  /** Something went wrong with one of its exchanges, or it was sent what its owner wanted sent anew. */
  isTroubled: boolean
}

/** Everything that one schedule happens to. */
export type World = {
  stage: Stage
  /** Carried by both Kobos, and by the first alone. */
  shelves: [string, string]
  kobos: [Witnessed, Witnessed]
  /** What a sync does between two exchanges, set while one runs. */
  between: (() => Promise<void>) | undefined
  kills: Kills
  /** The server was killed in this step. */
  wasKilled: boolean
  serverSnapshot: ServerSnapshot | undefined
  /** The percentage of the last page that anybody reached: every act of reading goes on from there. */
  percent: number
  broken: Map<string, string>
}

export type ServerSnapshot = { folder: string; logs: number[]; removed: Set<string>[] }

/** Connects two new Kobos and two new shelves. */
export async function openWorld(stage: Stage, schedule: Schedule): Promise<World> {
  const { house } = stage
  house.advance(3_600_000)
  const tag = `${house.now()}`
  const shelves: World['shelves'] = [
    (await house.shelf(`Both ${tag}`)).id,
    (await house.shelf(`First ${tag}`)).id,
  ]
  const world: Omit<World, 'kobos'> & { kobos: Witnessed[] } = {
    stage,
    shelves,
    kobos: [],
    between: undefined,
    kills: openKills(),
    wasKilled: false,
    serverSnapshot: undefined,
    percent: 1,
    broken: new Map(),
  }
  const { processes, tally } = stage
  if (processes)
    world.kills = openKills({
      processes,
      tally,
      async restart() {
        world.wasKilled = true
        await house.restart({ kill: true })
      },
      between: (act) => (world.between = act),
    })
  for (const [index, profile] of schedule.profiles.entries()) {
    const carried = index === 0 ? shelves : [shelves[0]]
    const { id, syncUrl } = await house.device(`Kobo ${index} ${tag}`, carried)
    const drive = mkdtempSync(join(tmpdir(), 'holdfast-proof-'))
    const kobo = openKobo({
      home: drive,
      syncUrl,
      seed: house.now() / 1000 + index,
      now: () => house.now(),
      switches: switchesOf(profile),
      inMemory: true,
      async sleep() {
        const { between } = world
        world.between = undefined
        await between?.()
      },
    })
    world.kobos.push(witnessed(kobo, drive, id))
  }
  const [first, second] = world.kobos
  if (!first || !second) throw new Error('A world has two Kobos.')
  return Object.assign(world, { kobos: [first, second] as World['kobos'] })
}

function witnessed(kobo: Kobo, drive: string, device: string): Witnessed {
  return {
    kobo,
    drive,
    device,
    policy: 'keep-off',
    paused: false,
    removed: new Set(),
    wanted: new Set(),
    unwanted: new Set(),
    exempt: new Set(),
    untold: new Set(),
    consents: new Map(),
    flips: new Map(),
    resets: [],
    restores: [],
    snapshot: undefined,
    copy: undefined,
    takenBack: new Set(),
    told: new Set(),
    announced: new Set(),
    isDisturbed: false,
    seenEvents: 0,
    hasTwin: false,
    isTroubled: false,
  }
}

/** Takes the Kobos and the shelves away, and leaves the books as they were: in the library, and unread. */
export async function closeWorld(world: World): Promise<void> {
  const { house, books } = world.stage
  for (const { kobo, drive, device } of world.kobos) {
    kobo.shutDown()
    rmSync(drive, { recursive: true, force: true })
    await house.api('DELETE', `/devices/${device}`)
  }
  for (const shelf of world.shelves) await house.api('DELETE', `/shelves/${shelf}`)
  for (const book of books) await house.api('POST', `/books/${book}/restore`)
  await house.server.home.db.transact((tx) => tx.deleteFrom('reading_state').execute())
  if (world.serverSnapshot) rmSync(world.serverSnapshot.folder, { recursive: true, force: true })
}

/** Says that an invariant does not hold. The first time of each is kept. */
export function fail(world: World, invariant: string, what: string): void {
  if (!world.broken.has(invariant)) world.broken.set(invariant, what)
}
