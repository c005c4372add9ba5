import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { dropSetting, readSetting, replaceSetting } from '../setting.store.ts'
import { enterPerson, readNewcomer, type Newcomer, type Person } from './person.ts'
import { hasOwner } from './person.store.ts'
import { same } from './same.ts'

/** How long the code is good, in ms. */
export const CODE_LIFE = 15 * 60_000
/** After so many wrong codes the right one is good no more. */
export const MOST_WRONG = 100

const NAME = 'first-visit'
const Kept = z.object({ hash: z.string(), endsAt: z.number(), wrong: z.number() })

/** What became of a code that somebody brought. */
export type Entry = { owner: Person } | { owner: undefined; because: 'wrong' | 'over' }

/**
 * Makes a new one-time code while nobody owns this server, and forgets the one before. It has 128 bits and is told here and never
 * again: only its hash is kept. Undefined when there is an owner.
 */
export async function newFirstCode(home: Home): Promise<string | undefined> {
  const code = home.random(16).toString('base64url')
  const kept = { hash: sha256(code), endsAt: home.now() + CODE_LIFE, wrong: 0 }
  return home.db.transact(async (tx) => {
    await dropSetting(tx, NAME)
    if (await hasOwner(tx)) return undefined
    await replaceSetting(tx, NAME, JSON.stringify(kept))
    return code
  })
}

/**
 * Makes the first owner's account for whoever brings the code, which is used up by it. The code is looked at before and after the
 * slow hashing, so that only who knows it has the server hash. Throws `Problem` for a name or password that will not do.
 */
export async function makeFirstOwner(
  home: Home,
  wish: { code: string; name: string; password: string },
): Promise<Entry> {
  const before = await home.db.transact((tx) => judge(tx, home, wish.code))
  if (before !== 'right') return { owner: undefined, because: before }
  const newcomer = await readNewcomer({ ...wish, owner: true })
  return home.db.transact((tx) => enter(tx, home, wish.code, newcomer))
}

async function enter(tx: Tx, home: Home, code: string, newcomer: Newcomer): Promise<Entry> {
  const now = await judge(tx, home, code)
  if (now !== 'right') return { owner: undefined, because: now }
  const owner = await enterPerson(tx, home, newcomer)
  await dropSetting(tx, NAME)
  return { owner }
}

/** Whether a code opens the first visit now. A wrong one is counted, so there are at most `MOST_WRONG` writes. */
async function judge(tx: Tx, home: Home, code: string): Promise<'right' | 'wrong' | 'over'> {
  if (await hasOwner(tx))
    throw new Problem('not_found', 'This server has its owner. Please sign in.')
  const text = await readSetting(tx, NAME)
  const kept = text === undefined ? undefined : Kept.parse(JSON.parse(text))
  if (!kept || kept.endsAt <= home.now() || kept.wrong >= MOST_WRONG) return 'over'
  if (same(kept.hash, sha256(code))) return 'right'
  await replaceSetting(tx, NAME, JSON.stringify({ ...kept, wrong: kept.wrong + 1 }))
  return 'wrong'
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
