import { randomBytes } from 'node:crypto'
import { writeNotes } from '../../src/sync/facts.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openKilledHouse } from './killed-house.ts'
import { comeToRest } from './rest.ts'
import type { ServerProcesses } from './server-processes.ts'
import { BOOKS } from './step.ts'
import { Tally } from './tally.ts'

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
