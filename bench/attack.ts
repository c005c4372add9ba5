import { randomBytes, randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import { z } from 'zod'
import { openHouse, type House } from './house.ts'
import { openReader, type Reader } from './reader.ts'
import { writeShelvedLibrary, type ShelvedLibrary } from './shelved-library.ts'
import { median, type Figure } from './table.ts'

/** How many books the Kobo has, how many of its syncs are timed in each part, and how long each attack lasts at least, in ms. */
const BOOKS = 1000
const SYNCS = 100
const LASTS = 15_000

/** How many try at once. */
const ATTACKERS = 16

/** One try: what is sent, and whether the answer lets in. */
type Try = {
  path: string
  method?: 'POST'
  headers?: Record<string, string>
  body?: string
  letsIn: (status: number, headers: Record<string, unknown>) => boolean
}

/** What came of the tries of an attack. */
type Tally = { tries: number; through: number; turnedAway: number }

/**
 * Somebody tries secrets, tokens, codes, keys and passwords against a server on this machine, for a while: first from the address of a
 * Kobo, then from everywhere. Tells what got through, and what an empty sync of the Kobo took meanwhile compared to before and after.
 */
export async function attack(say: (line: string) => void): Promise<Figure[]> {
  let library: ShelvedLibrary | undefined
  const house = await openHouse(
    async (dataDir) => {
      library = await writeShelvedLibrary(dataDir, BOOKS)
    },
    { HOLDFAST_TRUSTED_PROXIES: '127.0.0.1' },
  )
  let reader: Reader | undefined
  try {
    if (!library) throw new Error('The library was not written.')
    const made = await house.api(library.token, 'POST', '/devices', { name: 'Kobo' })
    reader = openReader(z.object({ syncUrl: z.string() }).parse(made).syncUrl)
    await reader.opener()
    await reader.sync()
    const figures: Figure[] = []
    for (const [from, isEverywhere] of [
      ['the address of a Kobo', false],
      ['everywhere', true],
    ] as const) {
      const before = await emptySyncs(reader)
      say(`Trying secrets and passwords from ${from} …`)
      const { tally, syncs } = await besiege(house, reader, isEverywhere)
      const after = await emptySyncs(reader)
      const usual = median([...before, ...after])
      figures.push(
        { what: `tries from ${from}`, value: tally.tries, unit: '' },
        { what: '  turned away unheard', value: tally.turnedAway, unit: '' },
        { what: '  got through', value: tally.through, unit: '', goal: 0, must: true },
        { what: '  empty sync before and after, median', value: usual, unit: 'ms' },
        { what: '  empty sync meanwhile, median', value: median(syncs), unit: 'ms' },
        {
          what: '  meanwhile / before and after',
          value: median(syncs) / usual,
          unit: '×',
          goal: 1.5,
        },
      )
    }
    const memory = await house.memory()
    figures.push({
      what: 'memory of the server at its highest',
      value: memory.peak / 1e6,
      unit: 'MB',
    })
    return figures
  } finally {
    reader?.close()
    await house.close()
  }
}

async function besiege(
  house: House,
  reader: Reader,
  isEverywhere: boolean,
): Promise<{ tally: Tally; syncs: number[] }> {
  const tally: Tally = { tries: 0, through: 0, turnedAway: 0 }
  const agent = new Agent({ keepAlive: true, maxSockets: ATTACKERS })
  const end = performance.now() + LASTS
  const attackers = Array.from({ length: ATTACKERS }, async (_, n) => {
    for (let turn = n; performance.now() < end; turn += 1) {
      const each = KINDS[turn % KINDS.length]?.()
      if (each) await attempt(agent, house.url, each, isEverywhere, tally)
    }
  })
  const syncs: number[] = []
  while (performance.now() < end) syncs.push(...(await emptySyncs(reader, 1)))
  await Promise.all(attackers)
  agent.destroy()
  return { tally, syncs }
}

async function emptySyncs(reader: Reader, count = SYNCS): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < count; n += 1) {
    await reader.opener()
    const { operations, ms } = await reader.sync()
    if (operations !== 0) throw new Error(`${operations} operations in an empty sync.`)
    times.push(ms)
  }
  return times
}

const secret = () => randomBytes(32).toString('base64url')
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const isDone = (status: number) => status < 300
const gotSession = (_: number, headers: Record<string, unknown>) =>
  JSON.stringify(headers['set-cookie'] ?? '').includes('holdfast=')
const form = (path: string, fields: Record<string, string>): Try => ({
  path,
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
  letsIn: gotSession,
})

/** Everything that can be tried. */
const KINDS: (() => Try)[] = [
  () => ({ path: `/kobo/${secret()}/v1/library/sync`, letsIn: isDone }),
  () => ({ path: '/api/v1/books', headers: bearer(`hf_${secret()}`), letsIn: isDone }),
  () => ({ path: '/errata', headers: { cookie: `holdfast=${secret()}` }, letsIn: isDone }),
  () => ({ path: `/kobo/files/${secret().slice(0, 48)}/x/y`, letsIn: isDone }),
  () => ({ path: `/kobo/covers/${secret()}/x/9/9/true/image.jpg`, letsIn: isDone }),
  () =>
    form('/sign-in', { name: 'bench', password: `a bench of ${TREES[randomInt(TREES.length)]}` }),
  () => form('/sign-in', { name: `bench ${randomInt(1000)}`, password: 'password1234' }),
  () => ({ path: `/invitation?code=${secret()}`, letsIn: isDone }),
  () => form('/first-visit', { code: secret().slice(0, 22), name: 'Eve', password: secret() }),
]

/** Passwords that come close to the one there is. */
const TREES = ['pine', 'ash', 'elm', 'beech', 'Oak', 'oaks', 'oak ', 'maple', 'stone', 'iron']

function attempt(
  agent: Agent,
  base: string,
  { path, method, headers = {}, body = '', letsIn }: Try,
  isEverywhere: boolean,
  tally: Tally,
): Promise<void> {
  const from = { 'x-forwarded-for': `203.0.${randomInt(256)}.${randomInt(256)}` }
  const all = {
    ...headers,
    ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }),
    ...(isEverywhere && from),
  }
  return new Promise((resolve, reject) => {
    const asked = request(
      `${base}${path}`,
      { agent, method: method ?? 'GET', headers: all },
      (answer) => {
        answer.resume()
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          tally.tries += 1
          if (status === 429) tally.turnedAway += 1
          else if (letsIn(status, answer.headers)) tally.through += 1
          resolve()
        })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
