import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { lastFiled, openErratum } from '../errata/find-errata.store.ts'
import type { ErratumKind, NewErratum } from '../errata/erratum.ts'
import { foreignToken, retiredAddress, revokedAddress } from '../errata/device-errata.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { readDeviceHeaders } from '../devices/device-headers.ts'
import type { Device, Pairing } from '../devices/device.ts'
import { deviceByHardware, deviceLastSeenWith, devicesOfPairing } from '../devices/device.store.ts'
import { findFormerPairing } from '../devices/pairing.ts'

/** After this time without a new erratum the same one may be filed again, in ms: thirty days. */
const PATIENCE = 30 * 24 * 60 * 60_000

/** A Kobo keeps its last token for an hour, also one of Kobo's own, after it was connected here, in ms. */
const TOKEN_LIFE = 2 * 60 * 60_000

/**
 * Somebody calls with an address that opens nothing. When it was given out once and a Kobo is calling, its person is told: a
 * Kobo whose address was replaced or revoked says nothing itself. Anything else leaves no trace.
 */
export async function reportAddress(
  home: Home,
  secret: string,
  headers: Pick<Headers, 'get'>,
): Promise<void> {
  const { hardwareId, firmware } = readDeviceHeaders(headers)
  if (hardwareId === undefined && firmware === undefined) return
  const pairing = await findFormerPairing(home.db.read, secret)
  const device = pairing && (await callerOf(home, pairing, hardwareId))
  if (!pairing || !device) return
  if (device.revokedAt !== null) await file(home, revokedAddress(device))
  else if (pairing.retired) await file(home, retiredAddress(device))
}

/** The Kobo that was turned away calls with a good address: whoever it is told about hears of it. */
export async function reportRevoked(
  home: Home,
  pairing: Pairing,
  headers: Pick<Headers, 'get'>,
): Promise<void> {
  const device = await callerOf(home, pairing, readDeviceHeaders(headers).hardwareId)
  if (device && device.revokedAt !== null) await file(home, revokedAddress(device))
}

/**
 * A Kobo that is known by its x-kobo-deviceid calls the reading services without a token of ours (docs/protocol/annotations.md).
 * Its person is told once; of a caller that nobody knows nothing is written.
 */
export async function reportForeignToken(home: Home, headers: Pick<Headers, 'get'>): Promise<void> {
  const { hardwareId } = readDeviceHeaders(headers)
  const device =
    hardwareId === undefined ? undefined : await deviceLastSeenWith(home.db.read, hardwareId)
  if (!device || home.now() - device.createdAt < TOKEN_LIFE) return
  await file(home, foreignToken(device))
}

/** The Kobo does what an erratum of this kind missed: what is open about it is closed. */
export async function settle(home: Home, kind: ErratumKind, device: Device): Promise<void> {
  if (!(await openErratum(home.db.read, kind, device.id))) return
  await written(home, () =>
    home.db.transact((tx) =>
      closeErrataAbout(tx, kind, device.id, 'It calls as it should again.', home.now()),
    ),
  )
}

/** The Kobo with this device id, or the only one of its pairing. */
async function callerOf(
  home: Home,
  pairing: Pairing,
  hardwareId: string | undefined,
): Promise<Device | undefined> {
  const known =
    hardwareId === undefined
      ? undefined
      : await deviceByHardware(home.db.read, pairing.person, hardwareId)
  if (known) return known.pairing === pairing.id ? known : undefined
  const [only, ...others] = await devicesOfPairing(home.db.read, pairing.id)
  return others.length === 0 ? only : undefined
}

async function file(home: Home, erratum: NewErratum): Promise<void> {
  const before = await lastFiled(home.db.read, erratum.kind, erratum.subject)
  const now = home.now()
  if (before !== undefined && now - before < PATIENCE) return
  const id = randomId(home.random)
  await written(home, () => home.db.transact((tx) => fileErratum(tx, erratum, id, now)))
}

/** A database that is busy is no reason to fail a call. */
async function written(home: Home, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    home.log.warn({ err: error }, 'An erratum was not written down.')
  }
}
