import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKobo } from '../../src/simulator/kobo.ts'
import { openKills, type Kills } from './kills.ts'
import { switchesOf } from './profile.ts'
import type { Stage } from './stage.ts'
import type { Schedule } from './step.ts'
import { witnessed, type Witnessed } from './witness.ts'

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
