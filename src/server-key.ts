import { z } from 'zod'
import type { Db, Tx } from './db/schema.ts'
import type { Home } from './home.ts'
import { readSetting, replaceSetting } from './setting.store.ts'

const FORMER = 'former-keys'
/** More are not kept: a Kobo that slept through so many asks as one whose token is lost does. */
const MOST = 5

/** The keys that this server had before, the newest first. */
export async function readFormerKeys(db: Db): Promise<Buffer[]> {
  const text = await readSetting(db, FORMER)
  if (text === undefined) return []
  return z
    .array(z.string())
    .parse(JSON.parse(text))
    .map((key) => Buffer.from(key, 'hex'))
}

/**
 * Gives the server another key. What was signed with the old one opens nothing any more: media keys, cover keys and access tokens.
 * Only sync tokens are still read with it. They open nothing either: a call that brings one has the secret of its address, and without
 * its token a Kobo would not be known to hold what it holds.
 */
export async function rotateServerKey(tx: Tx, home: Home): Promise<void> {
  const former = [home.key, ...home.formerKeys].slice(0, MOST).map((key) => key.toString('hex'))
  await replaceSetting(tx, FORMER, JSON.stringify(former))
  await replaceSetting(tx, 'key', home.random(32).toString('hex'))
}
