import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKobo, type Kobo } from '../../src/simulator/kobo.ts'
import type { Switches } from '../../src/simulator/switches.ts'
import { countPerHouse } from './count-per-house.ts'
import type { House, Resident } from './house.ts'

/** A simulated Kobo of a house: one more device, with a drive of its own. */
export type HouseKobo = Kobo & {
  /** The device's id at the server. */
  readonly device: string
  /** The address that it syncs with. */
  readonly syncUrl: string
  /** The folder of its drive. */
  readonly drive: string
  /** Titles on the device, sorted; a book that is not downloaded has a trailing “…”. */
  titles(): string[]
  /** Syncs until a sync brings no operation; at most ten times. Returns how many syncs that took. */
  syncUntilQuiet(): Promise<number>
}

/** Names and seeds of the Kobos of a house. */
const count = countPerHouse()

const open: { kobo: Kobo; home: string }[] = []

/** Connects a simulated Kobo to the house. `closeKobos` ends them all. */
export async function koboAt(
  house: House,
  options: {
    name?: string
    /** Whose it is: the owner's unless given. */
    of?: Resident
    shelves?: string[] | null
    switches?: Partial<Switches>
    /** The server that stands behind the name in the sync URL. */
    behind?: string
    /** Gets each line of the diary. */
    say?: (line: string) => void
    /** Keeps the database in memory, for runs of many syncs. */
    inMemory?: boolean
  } = {},
): Promise<HouseKobo> {
  const {
    name = `Kobo ${count(house)}`,
    of,
    shelves = null,
    switches = {},
    behind,
    say,
    inMemory,
  } = options
  const { id, syncUrl } = await house.device(name, shelves, of)
  await house.settled()
  const home = mkdtempSync(join(tmpdir(), 'holdfast-kobo-'))
  return koboOn(house, { home, device: id, syncUrl, switches, behind, say, inMemory })
}

/** Turns a Kobo on whose drive is `home`, and which was given this address. `closeKobos` ends it. */
export function koboOn(
  house: House,
  options: {
    home: string
    device: string
    syncUrl: string
    switches?: Partial<Switches> | undefined
    behind?: string | undefined
    say?: ((line: string) => void) | undefined
    inMemory?: boolean | undefined
  },
): HouseKobo {
  const { home, device, syncUrl, switches = {}, behind, say, inMemory } = options
  const kobo = openKobo({
    home,
    syncUrl,
    seed: count(house),
    now: () => house.now(),
    switches,
    ...(behind !== undefined && { behind }),
    ...(say !== undefined && { say }),
    ...(inMemory !== undefined && { inMemory }),
    sleep: async (ms) => house.advance(ms),
  })
  open.push({ kobo, home })
  return Object.assign(kobo, {
    device,
    syncUrl,
    drive: home,
    titles: () =>
      kobo
        .contents()
        .filter((book) => !book.removed)
        .map((book) => (book.downloaded ? book.title : `${book.title}…`))
        .sort(),
    async syncUntilQuiet() {
      for (let n = 1; n <= 10; n++) if ((await kobo.sync()).operations.length === 0) return n
      return 11
    },
  })
}

/** Ends every simulated Kobo of this test file and removes its drive. */
export function closeKobos(): void {
  for (const { kobo, home } of open.splice(0)) {
    kobo.shutDown()
    rmSync(home, { recursive: true, force: true })
  }
}
