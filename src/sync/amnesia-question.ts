import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErratum, fileErratum } from '../errata/errata.store.ts'
import { openErrataOf } from '../errata/find-errata.store.ts'
import { lostItsToken } from '../errata/device-errata.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'

/** A question about the library of a device that lost its token: its erratum, and the entry of the log at which it begins. */
export type Question = { erratum: string; from: number }

/** The questions that are open about a device, oldest first. */
export async function openQuestions(tx: Tx, device: string): Promise<Question[]> {
  const errata = await openErrataOf(tx, device, 'amnesia')
  return errata
    .map(({ id, detail }) => ({ erratum: id, from: Number(detail.from) }))
    .sort((one, other) => one.from - other.from)
}

/** Asks a device's person what became of its library. The same question is asked once. */
export async function ask(tx: Tx, home: Home, device: Device, from: number): Promise<void> {
  await fileErratum(tx, lostItsToken(device, from), randomId(home.random), home.now())
}

/** Withdraws the questions of a device that begin within these entries of its log; all of them when none are named. */
export async function closeQuestions(
  tx: Tx,
  device: string,
  which: { since?: number; until?: number; because: string; now: number },
): Promise<void> {
  const { since = 0, until = Infinity, because, now } = which
  for (const { erratum, from } of await openQuestions(tx, device))
    if (from >= since && from <= until) await closeErratum(tx, erratum, because, now)
}
