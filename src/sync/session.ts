import { deviceById } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { record } from './facts.ts'
import { judgeSession, SILENCE } from './judge.ts'
import { beginning, keepSession, sessionOf, type KeptSession } from './session.store.ts'

/**
 * A request that a device makes before it asks for its library: profile, gettests, DELETE, state, tags. The first of them after
 * a library sync, or after a minute of silence, begins a new session; the one before is over then, and is judged.
 */
export async function openSession(home: Home, device: Pick<Device, 'id'>): Promise<void> {
  const session = await sessionOf(home.db.read, device.id)
  if (session && session.pages === 0 && home.now() - session.lastAt < SILENCE) return
  await home.db.transact((tx) => beginSession(tx, home, device.id))
}

/** The session that a library sync belongs to: the one that is open, or a new one after a minute of silence. */
export async function currentSession(tx: Tx, home: Home, device: string): Promise<KeptSession> {
  const session = await sessionOf(tx, device)
  if (session && home.now() - session.lastAt < SILENCE) return session
  return beginSession(tx, home, device)
}

/** Begins a session within a transaction; the one before is over, and is judged. */
export async function beginSession(tx: Tx, home: Home, id: string): Promise<KeptSession> {
  const last = await sessionOf(tx, id)
  const device = last && !last.judged ? await deviceById(tx, id) : undefined
  if (last && device) await judgeSession(tx, home, device, last)
  const seq = await record(tx, home, id, [{ kind: 'session' }])
  const session = beginning(seq, home.now())
  await keepSession(tx, id, session)
  return session
}
