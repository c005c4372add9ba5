import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { readDeviceHeaders, type DeviceHeaders } from './device-headers.ts'
import type { Device, Pairing } from './device.ts'
import { insertDevice, recordSeen, revokeDevice } from './change-device.store.ts'
import { deviceByHardware, devicesOfPairing } from './device.store.ts'
import { newDevice } from './pairing.ts'

/** Kobos that may share one address. */
export const DEVICES_PER_PAIRING = 8

/** How old "last seen" may grow before it is written again, in ms. */
const SEEN_PATIENCE = 60_000

/**
 * Which Kobo of a pairing makes a request. The first x-kobo-deviceid claims the device that the pairing was made with,
 * another one becomes a sibling; the same id under another pairing of the same person is the same device and moves here.
 * Without that header: the pairing's only device, or undefined; nothing is concluded or written.
 * Throws `Problem('unauthorized')` for a revoked device and `Problem('forbidden')` for one device too many.
 */
export async function deviceOf(
  home: Home,
  pairing: Pairing,
  headers: Pick<Headers, 'get'>,
): Promise<Device | undefined> {
  const seen = readDeviceHeaders(headers)
  const { hardwareId } = seen
  if (hardwareId === undefined) return await onlyDevice(home, pairing)
  const now = home.now()
  const known = await deviceByHardware(home.db.read, pairing.person, hardwareId)
  if (known?.pairing === pairing.id && !isNews(known, seen, now)) return admitted(known)
  return await home.db.transact(async (tx) => {
    const before =
      (await deviceByHardware(tx, pairing.person, hardwareId)) ??
      (await claim(tx, home, pairing, seen))
    const device = admitted(await moved(tx, before, pairing, now))
    const after = { ...device, ...told(seen), hardwareId, lastSeenAt: now }
    await recordSeen(tx, after)
    return after
  })
}

async function onlyDevice(home: Home, pairing: Pairing): Promise<Device | undefined> {
  const [only, ...others] = await devicesOfPairing(home.db.read, pairing.id)
  return only && others.length === 0 ? admitted(only) : undefined
}

/** The device that a Kobo never seen before becomes. */
async function claim(tx: Tx, home: Home, pairing: Pairing, seen: DeviceHeaders): Promise<Device> {
  const siblings = await liveDevices(tx, pairing)
  const unclaimed = siblings.find((device) => device.hardwareId === null)
  if (unclaimed) return unclaimed
  const first = siblings[0]
  if (!first) throw turnedAway()
  refuseOneTooMany(siblings)
  const device = newDevice(pairing, {
    id: randomId(home.random),
    name: seen.model ?? `${first.name} ${siblings.length + 1}`,
    shelves: first.shelves,
    now: home.now(),
  })
  await insertDevice(tx, device)
  return device
}

/**
 * The device, in this pairing. Coming with an address that was made for a new device lets a revoked one in again: its person
 * has just invited it. The device that was made for it stays unclaimed and is put away.
 */
async function moved(tx: Tx, device: Device, pairing: Pairing, now: number): Promise<Device> {
  if (device.pairing === pairing.id) return device
  const siblings = await liveDevices(tx, pairing)
  const unclaimed = siblings.find((sibling) => sibling.hardwareId === null)
  if (!unclaimed) refuseOneTooMany(siblings)
  else await revokeDevice(tx, unclaimed.id, now)
  return { ...device, pairing: pairing.id, revokedAt: unclaimed ? null : device.revokedAt }
}

async function liveDevices(tx: Tx, pairing: Pairing): Promise<Device[]> {
  return (await devicesOfPairing(tx, pairing.id)).filter((device) => device.revokedAt === null)
}

function refuseOneTooMany(siblings: Device[]): void {
  if (siblings.length >= DEVICES_PER_PAIRING)
    throw new Problem(
      'forbidden',
      `This address already serves ${DEVICES_PER_PAIRING} Kobos. Please make another one.`,
    )
}

function admitted(device: Device): Device {
  if (device.revokedAt !== null) throw turnedAway()
  return device
}

function turnedAway(): Problem {
  return new Problem('unauthorized', 'This address is not known here.')
}

function isNews(device: Device, seen: DeviceHeaders, now: number): boolean {
  const heard = told(seen)
  return (
    device.lastSeenAt === null ||
    now - device.lastSeenAt > SEEN_PATIENCE ||
    (heard.model ?? device.model) !== device.model ||
    (heard.firmware ?? device.firmware) !== device.firmware ||
    (heard.platform ?? device.platform) !== device.platform
  )
}

/** What the headers say; what they do not say stays as it was. */
function told(seen: DeviceHeaders): Partial<Pick<Device, 'model' | 'firmware' | 'platform'>> {
  return {
    ...(seen.model !== undefined && { model: seen.model }),
    ...(seen.firmware !== undefined && { firmware: seen.firmware }),
    ...(seen.platform !== undefined && { platform: seen.platform }),
  }
}
