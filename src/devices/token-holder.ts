import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { bearerToken, type AccessToken } from './access-token.ts'
import { bindToken, boundToken, renewToken } from './access-token.store.ts'
import { readDeviceHeaders } from './device-headers.ts'
import type { Device, Pairing } from './device.ts'
import { deviceById } from './device.store.ts'
import { deviceOf } from './identity.ts'
import { isRevoked, pairingById } from './pairing.store.ts'

/** Who makes a call with an access token of ours. `device` is undefined when siblings cannot be told apart. */
export type TokenHolder = { pairing: Pairing; device: Device | undefined }

/**
 * Who makes a call that carries no secret in its address, by its access token; undefined when the token is not ours, is of
 * an earlier generation, belongs to another device than the one that calls, or the device is revoked. The first call with
 * both a token and a device id binds the one to the other. A Kobo keeps its token for an hour when it is given another address: it is
 * good again once it came together with that address. What cannot be written down is left for a later call, for an error
 * here may cost a Kobo its highlights.
 */
export async function tokenHolder(
  home: Home,
  headers: Pick<Headers, 'get'>,
): Promise<TokenHolder | undefined> {
  const token = bearerToken(home.key, headers)
  const pairing = token && (await pairingById(home.db.read, token.pairing))
  if (!token || !pairing) return undefined
  const bound = await boundToken(home.db.read, token.id)
  if (pairing.generation !== (bound?.generation ?? token.generation)) return undefined
  if (await isRevoked(home.db.read, pairing.id)) return undefined
  if (bound === undefined) return await firstHolder(home, token, pairing, headers)
  const device = await deviceById(home.db.read, bound.device)
  const { hardwareId } = readDeviceHeaders(headers)
  if (!device || device.revokedAt !== null) return undefined
  if (hardwareId !== undefined && hardwareId !== device.hardwareId) return undefined
  return { pairing, device }
}

/**
 * Binds the token that a call with a secret carries to the device that makes it, when both are known and it is not yet bound, and
 * notes that it came with this generation of the address.
 */
export async function rememberToken(
  home: Home,
  headers: Pick<Headers, 'get'>,
  { id, generation }: Pairing,
  device: Device,
): Promise<void> {
  if (readDeviceHeaders(headers).hardwareId === undefined) return
  const token = bearerToken(home.key, headers)
  if (!token || token.pairing !== id) return
  const bound = await boundToken(home.db.read, token.id)
  if (bound === undefined)
    await home.db.transact((tx) => bindToken(tx, { ...token, generation }, device.id))
  else if (bound.device === device.id && bound.generation < generation)
    await home.db.transact((tx) => renewToken(tx, token.id, generation))
}

async function firstHolder(
  home: Home,
  token: AccessToken,
  pairing: Pairing,
  headers: Pick<Headers, 'get'>,
): Promise<TokenHolder | undefined> {
  const device = await admittedDevice(home, pairing, headers)
  if (device === 'turned away') return undefined
  if (device && readDeviceHeaders(headers).hardwareId !== undefined)
    await bindLater(home, token, device)
  return { pairing, device }
}

/** Binds the token now, or with a later call when nothing can be written. */
async function bindLater(home: Home, token: AccessToken, device: Device): Promise<void> {
  try {
    await home.db.transact((tx) => bindToken(tx, token, device.id))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    home.log.warn({ err: error }, 'An access token was not bound.')
  }
}

async function admittedDevice(
  home: Home,
  pairing: Pairing,
  headers: Pick<Headers, 'get'>,
): Promise<Device | undefined | 'turned away'> {
  try {
    return await deviceOf(home, pairing, headers)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'unauthorized' || error.code === 'forbidden') return 'turned away'
    if (error.code === 'unavailable') return undefined
    throw error
  }
}
