import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom, type Random } from '../src/simulator/random.ts'
import { filesBelow } from './files-below.ts'
import { checkLibrary, missingBooks } from './kill-check.ts'
import { makeDrops, type MadeDrop } from './kill-drops.ts'
import { feed, finish, WAYS, type Way } from './kill-feed.ts'
import { startCommand, startServer, type Program } from './kill-program.ts'
import type { Figure } from './table.ts'

/** What so many kills came to. */
export type Killed = {
  kills: number
  /** Kills by the way the books came. */
  by: Record<Way, number>
  /** Kills that met an import under way, and those that met a start. */
  underWay: number
  starting: number
  /** How many books and refused files were looked at in the end. */
  books: number
  refused: number
  /** The highest resident memory of a server, in bytes. */
  peak: number
  /** What was not as it must be, in sentences. */
  violations: string[]
}

/** Kills the program so many times and tells what was wrong as figures; goals of nothing wrong. */
export async function kill(times: number, say: (line: string) => void): Promise<Figure[]> {
  const began = performance.now()
  const elsewhere = existsSync(MEMORY) ? await mkdtemp(join(MEMORY, 'holdfast-kill-')) : undefined
  let killed: Killed
  try {
    killed = await killImports({ times, seed: 1, elsewhere }, say)
  } finally {
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true })
  }
  return [
    { what: 'kills', value: killed.kills, unit: '' },
    ...WAYS.map((way) => ({
      what: `  while books came by ${way}`,
      value: killed.by[way],
      unit: '',
    })),
    { what: '  that met an import under way', value: killed.underWay, unit: '' },
    { what: '  that met the start after a kill', value: killed.starting, unit: '' },
    { what: 'books that were checked', value: killed.books, unit: '' },
    { what: 'refused files that were checked', value: killed.refused, unit: '' },
    { what: 'highest memory of a server', value: killed.peak / 1_000_000, unit: 'MB', goal: 250 },
    { what: 'killed in', value: (performance.now() - began) / 1000, unit: 's' },
    { what: 'violations', value: killed.violations.length, unit: '', goal: 0, must: true },
  ]
}

/**
 * Imports mixed folders with the real program by inbox, upload and command in turn, and kills it (SIGKILL) at random instants;
 * starts it again, lets it finish, and checks the library past the program. A library lives through several kills.
 * The instants follow from `seed`, but what they meet depends on the machine. Every second library has its inbox and its files
 * below `elsewhere`, a folder on another file system, where one is given.
 */
export async function killImports(
  { times, seed, elsewhere }: { times: number; seed: number; elsewhere?: string | undefined },
  say: (line: string) => void,
): Promise<Killed> {
  const killed: Killed = {
    kills: 0,
    by: { inbox: 0, upload: 0, command: 0 },
    underWay: 0,
    starting: 0,
    books: 0,
    refused: 0,
    peak: 0,
    violations: [],
  }
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'))
  try {
    const empty = join(folder, 'empty')
    const token = await prepareLibrary(empty)
    const pace: Record<Way, number> = { inbox: 900, upload: 700, command: 1000 }
    const lanes = Math.min(LANES, Math.ceil(times / 4))
    const state: State = {
      folder,
      elsewhere,
      empty,
      token,
      pace,
      killed,
      times,
      begun: 0,
      fed: 0,
      say,
    }
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) => killInLane(state, seededRandom(seed + lane))),
    )
    return killed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A disk in memory, which most systems have: another file system than that of temporary files. */
const MEMORY = '/dev/shm'

/** Most of the time of one lane is waiting. */
const LANES = Math.max(2, Math.min(4, availableParallelism()))

/** After so many kills a lane begins with an empty library again. */
const KILLS_PER_LIBRARY = 7

/** How long it may take until everything that was given is dealt with, in ms. */
const PATIENCE = 60_000

type State = {
  folder: string
  elsewhere: string | undefined
  empty: string
  token: string
  /** About how long each way takes to import a folder, in ms; learnt on the way. */
  pace: Record<Way, number>
  killed: Killed
  times: number
  /** Kills that were begun, and folders that were fed. */
  begun: number
  fed: number
  say: (line: string) => void
}

/** A library under test, with what it must hold. */
type Library = {
  dataDir: string
  inbox: string
  books: Map<string, MadeDrop>
  refused: Set<string>
  earlier: MadeDrop[]
  /** What was found wrong before, and is not told again. */
  told: Set<string>
}

/** An empty library with one person, which is copied for every new one; their token. */
async function prepareLibrary(dataDir: string): Promise<string> {
  const person = ['user', 'add', 'anna', '--owner', '--password-stdin']
  const added = startCommand(dataDir, person, 'the password of anna\n')
  await added.ended
  const made = startCommand(dataDir, ['token', 'add', 'anna', 'kill'])
  await made.ended
  const [token] = /hf_[\w-]+/.exec(made.out()) ?? []
  if (token === undefined) throw new Error(`No token: ${added.out()} ${made.out()}`)
  return token
}

async function killInLane(state: State, random: Random): Promise<void> {
  let number = Math.floor(random() * 2)
  while (state.begun < state.times) {
    const isElsewhere = (number += 1) % 2 === 0
    const library = await newLibrary(state, isElsewhere ? state.elsewhere : undefined)
    const { dataDir } = library
    let server = await startServer(dataDir, library.inbox)
    try {
      await server.healthy()
      for (let n = 0; n < KILLS_PER_LIBRARY && state.begun < state.times; n += 1)
        server = await killOnce(state, library, server, random)
      state.killed.books += library.books.size
      state.killed.refused += library.refused.size
    } finally {
      await server.kill()
    }
    for (const folder of [dataDir, dirname(library.inbox)])
      await rm(folder, { recursive: true, force: true })
  }
}

async function newLibrary(state: State, elsewhere: string | undefined): Promise<Library> {
  const dataDir = await mkdtemp(join(state.folder, 'library-'))
  await cp(state.empty, dataDir, { recursive: true })
  let inbox = join(dataDir, 'inbox')
  if (elsewhere !== undefined) {
    const folder = await mkdtemp(join(elsewhere, 'library-'))
    inbox = join(folder, 'inbox')
    await mkdir(join(folder, 'files'))
    await rm(join(dataDir, 'library'), { recursive: true })
    await symlink(join(folder, 'files'), join(dataDir, 'library'))
  }
  const books = new Map<string, MadeDrop>()
  return { dataDir, inbox, books, refused: new Set(), earlier: [], told: new Set() }
}

/** One kill, and all that follows from it. Answers the server that runs then. */
async function killOnce(
  state: State,
  library: Library,
  server: Program,
  random: Random,
): Promise<Program> {
  const { killed, pace, say, token } = state
  const number = (state.begun += 1)
  // Kills of a start feed nothing: counted with the others, they might leave out one way again and again.
  const way = WAYS[(state.fed += 1) % WAYS.length] ?? 'inbox'
  const drops = [...(await makeDrops(`e${number}`)), ...library.earlier.slice(0, 3)]
  const source = join(library.dataDir, 'given')
  await writeDrops(source, drops)

  const feeding = feed({ way, ...library, server, token, drops, source })
  const at = random() * pace[way]
  await wait(at)
  const isUnderWay = !(await feeding.isDone())
  killed.peak = Math.max(killed.peak, await server.kill())
  const { acknowledged } = await feeding.kill()
  killed.kills += 1
  killed.by[way] += 1
  if (isUnderWay) killed.underWay += 1
  pace[way] *= isUnderWay ? 1.06 : 0.85
  const wrong = [...bugsIn(server)]

  let next = await startServer(library.dataDir, library.inbox)
  if (random() < 0.25 && state.begun < state.times) {
    // Before anything is waited for: another lane counts meanwhile.
    state.begun += 1
    await wait(random() * 900)
    await next.kill()
    wrong.push(...bugsIn(next))
    killed.kills += 1
    killed.by[way] += 1
    killed.starting += 1
    next = await startServer(library.dataDir, library.inbox)
  }
  await next.healthy()
  for (const hash of await missingBooks(library.dataDir, acknowledged))
    wrong.push(`The book ${hash} was acknowledged, and is not there after the kill.`)

  wrong.push(...(await finish({ way, ...library, server: next, token, drops, source })))
  wrong.push(...(await untilQuiet(library)))
  await rm(source, { recursive: true })
  remember(library, drops, way)
  wrong.push(...(await checkLibrary(library.dataDir, library)), ...bugsIn(next))
  for (const each of wrong.filter((fault) => !library.told.has(fault))) {
    library.told.add(each)
    killed.violations.push(`kill ${number} by ${way} after ${Math.round(at)} ms: ${each}`)
    say(killed.violations.at(-1) ?? '')
  }
  if (number % 20 === 0) say(`${killed.kills} kills, ${killed.violations.length} violations`)
  return next
}

async function writeDrops(folder: string, drops: MadeDrop[]): Promise<void> {
  for (const { name, bytes } of drops) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
}

/** What the library must hold from now on. A command leaves what it refuses where it is. */
function remember(library: Library, drops: MadeDrop[], way: Way): void {
  for (const drop of drops) {
    if (drop.word !== null) library.books.set(drop.hash, drop)
    else if (way !== 'command') library.refused.add(drop.hash)
  }
  library.earlier = drops.filter((drop) => drop.word !== null).slice(3, 9)
}

/** Waits until nothing lies in the inbox or in staging. Answers what still lies there when that takes too long. */
async function untilQuiet({ dataDir, inbox }: Library): Promise<string[]> {
  let left: string[] = []
  for (const end = Date.now() + PATIENCE; Date.now() < end; await wait(30)) {
    left = [...(await filesBelow(inbox)), ...(await filesBelow(join(dataDir, 'staging')))]
    if (left.length === 0) return []
  }
  return [`Not finished in time: ${left.join(', ')}`]
}

/** What a process logged as an error: an import that is killed or refused is none. */
function bugsIn(program: Program): string[] {
  const lines = program.out().split('\n').filter(Boolean)
  return lines.slice(0, 3).map((line) => `It was logged: ${line.slice(0, 600)}`)
}
