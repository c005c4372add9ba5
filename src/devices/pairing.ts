import { createHash, timingSafeEqual } from 'node:crypto'
import type { Db, Tx } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import type { Device, Pairing } from './device.ts'
import { insertDevice } from './change-device.store.ts'
import {
  insertPairing,
  insertSecret,
  isRevoked,
  pairingById,
  pairingBySecretHash,
  pairingOfAnySecret,
  retireSecrets,
  setGeneration,
} from './pairing.store.ts'

const SECRET = /^[A-Za-z0-9_-]{43}$/

type Random = (bytes: number) => Buffer

/**
 * Makes a pairing and its first device, which no Kobo has claimed yet. `shelves` are ids of shelves of that person; null
 * means all of them, also future ones. The secret (43 characters) is returned here and never again: only its hash is kept.
 */
export async function pair(
  tx: Tx,
  wish: { person: string; name: string; shelves: string[] | null; now: number; random: Random },
): Promise<{ device: Device; secret: string }> {
  const pairing: Pairing = { id: randomId(wish.random), person: wish.person, generation: 1 }
  await insertPairing(tx, pairing, wish.now)
  const secret = await newSecret(tx, pairing, wish)
  const device = newDevice(pairing, { ...wish, id: randomId(wish.random) })
  await insertDevice(tx, device)
  return { device, secret }
}

/**
 * Gives the pairing with id `pairing` its next secret and makes every earlier secret and access token worthless. Nothing
 * else changes. Throws `Problem('not_found')` when there is no such pairing.
 */
export async function regenerate(
  tx: Tx,
  wish: { pairing: string; now: number; random: Random },
): Promise<string> {
  const before = await pairingById(tx, wish.pairing)
  if (!before) throw new Problem('not_found', 'This Kobo is not known here.')
  const pairing = { ...before, generation: before.generation + 1 }
  await setGeneration(tx, pairing.id, pairing.generation)
  await retireSecrets(tx, pairing.id, wish.now)
  return await newSecret(tx, pairing, wish)
}

/** The pairing that a secret opens; undefined when it opens none, was retired, or all its devices are revoked. */
export async function findPairing(db: Db, secret: string): Promise<Pairing | undefined> {
  if (!SECRET.test(secret)) return undefined
  const hash = hashOf(secret)
  const found = await pairingBySecretHash(db, hash)
  if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) return undefined
  if (await isRevoked(db, found.id)) return undefined
  return { id: found.id, person: found.person, generation: found.generation }
}

/** The pairing that a secret opened once, although it opens nothing any more; undefined for a secret that was never given out. */
export async function findFormerPairing(
  db: Db,
  secret: string,
): Promise<(Pairing & { retired: boolean }) | undefined> {
  return SECRET.test(secret) ? await pairingOfAnySecret(db, hashOf(secret)) : undefined
}

/** A Kobo that nobody has seen yet. */
export function newDevice(
  pairing: Pairing,
  wish: { id: string; name: string; shelves: string[] | null; now: number },
): Device {
  return {
    id: wish.id,
    person: pairing.person,
    pairing: pairing.id,
    name: wish.name,
    hardwareId: null,
    model: null,
    firmware: null,
    platform: null,
    shelves: wish.shelves,
    paused: false,
    onDelete: 'keep-off',
    mediaNumber: 1,
    onePage: false,
    createdAt: wish.now,
    lastSeenAt: null,
    revokedAt: null,
  }
}

async function newSecret(
  tx: Tx,
  pairing: Pairing,
  wish: { now: number; random: Random },
): Promise<string> {
  const secret = wish.random(32).toString('base64url')
  const row = { hash: hashOf(secret), pairing: pairing.id, generation: pairing.generation }
  await insertSecret(tx, row, wish.now)
  return secret
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
