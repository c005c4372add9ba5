import { rmSync } from 'node:fs'
import type { Device } from './device.ts'
import { habitsOf } from './firmware.ts'
import { bookFile, emptyFolders, emptyHome } from './home.ts'
import { forget, presentBooks, storeSyncToken, wipe } from './library.ts'
import { tellingLosses } from './losses.ts'
import { pointAt, rememberDevice } from './open-device.ts'
import { hexDigits, pick } from './random.ts'

/** Puts another token into the place of the one that the next sync sends. Null is none. */
export function takeToken(device: Device, token: string | null): void {
  storeSyncToken(device.db, token, device.switches.firmware, new Date(device.now()).toISOString())
}

/** Two parts of base64 with a dot between, as Kobo's own store makes them. */
export function storeToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const inner = part({ typ: 1, ver: 'v2', ptyp: 'SyncToken' })
  return `${part({ typ: 1, ver: null, ptyp: 'SyncToken' })}.${part({ InternalSyncToken: inner, IsContinuationToken: false })}`
}

/**
 * The device is as it left the factory: library, covers, configuration and sign-in are gone, the hardware's id stays. With
 * `setUp` somebody writes the same address into the configuration at once; otherwise `pointAt` does so later.
 */
export function factoryReset(device: Device, { setUp = true }: { setUp?: boolean } = {}): void {
  const address = device.syncUrl
  tellingLosses(device, { by: 'mishap', how: 'factory reset' }, () => wipe(device.db))
  emptyHome(device.home)
  forget(device.db, 'signed_in', 'oauth_until')
  device.resources = undefined
  rememberDevice(device)
  device.syncUrl = ''
  if (setUp) pointAt(device, address)
}

/**
 * Highlights are lost, and the device lists no book before it has fetched them again; the books stay, or go with the
 * account. The device must sign in again.
 */
export function signOut(device: Device): void {
  const { db, home, switches } = device
  tellingLosses(device, { by: 'mishap', how: 'sign-out' }, () => {
    db.exec('DELETE FROM Bookmark; UPDATE content SET AnnotationsSyncToken = NULL')
    if (switches.signOut === 'keeps-rows') return
    for (const { id } of presentBooks(db)) rmSync(bookFile(home, id), { force: true })
    db.exec('DELETE FROM content; DELETE FROM SyncQueue')
  })
  db.exec(
    "UPDATE user SET UserKey = '', AuthToken = NULL, RefreshToken = NULL, KoboAccessToken = NULL, SyncContinuationToken = NULL",
  )
  forget(db, 'signed_in', 'oauth_until')
}

/**
 * Another Kobo takes the place of this one, with an id of its own, at the same address or at another. Its drive is empty, or
 * a copy of the old one, token included.
 */
export function swap(
  device: Device,
  { syncUrl, drive = 'empty' }: { syncUrl?: string; drive?: 'empty' | 'copied' } = {},
): void {
  const address = syncUrl ?? device.syncUrl
  device.deviceId = hexDigits(device.random, 64)
  device.serial = newSerial(device)
  forget(device.db, 'account_key')
  if (drive === 'empty') factoryReset(device, { setUp: false })
  forget(device.db, 'signed_in', 'oauth_until')
  rememberDevice(device)
  pointAt(device, address)
}

/** Rows vanish from the database without a trace: these, or so many of those that are there. Gives which ones. */
export function loseRows(device: Device, which: number | readonly string[]): string[] {
  const left = presentBooks(device.db).map((row) => row.id)
  const lost: string[] = []
  if (typeof which === 'number') {
    while (lost.length < which && left.length > 0)
      lost.push(...left.splice(pick(device.random, left.length), 1))
  } else lost.push(...which.filter((id) => left.includes(id)))
  tellingLosses(device, { by: 'mishap', how: 'lost row' }, () => {
    const drop = device.db.prepare('DELETE FROM content WHERE ContentID = ?')
    for (const id of lost) drop.run(id)
  })
  return lost
}

/** Every book is gone, with its file and its annotations. Token, sign-in, configuration and covers stay. */
export function wipeLibrary(device: Device): void {
  tellingLosses(device, { by: 'mishap', how: 'wipe' }, () =>
    device.db.exec(
      'DELETE FROM content; DELETE FROM Bookmark; DELETE FROM SyncQueue; DELETE FROM sim_book; DELETE FROM sim_spans',
    ),
  )
  emptyFolders(device.home.kepub)
}

/** The file of a book goes, over USB or by a fault of the drive. The row does not know. */
export function deleteFile(device: Device, id: string): void {
  rmSync(bookFile(device.home, id), { force: true })
}

/** The device takes on a firmware and its habits. Whether its token survives is a switch. */
export function updateFirmware(device: Device, version: string): void {
  const { model, platformId } = device.switches
  Object.assign(device.switches, habitsOf(version), { model, platformId })
  rememberDevice(device)
  if (device.switches.firmwareUpdate === 'drops-token') takeToken(device, null)
}

function newSerial({ random }: Device): string {
  return `N605${hexDigits(random, 9).toUpperCase()}`
}
