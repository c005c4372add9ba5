import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { bearerToken, type AccessToken } from './access-token.ts'
import { bindToken, boundDevice } from './access-token.store.ts'
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
 * both a token and a device id binds the one to the other.
 */
export async function tokenHolder(
  home: Home,
  headers: Pick<Headers, 'get'>,
): Promise<TokenHolder | undefined> {
  const token = bearerToken(home.key, headers)
  const pairing = token && (await pairingById(home.db.read, token.pairing))
  if (!token || !pairing || pairing.generation !== token.generation) return undefined
  if (await isRevoked(home.db.read, pairing.id)) return undefined
  const bound = await boundDevice(home.db.read, token.id)
  if (bound === undefined) return await firstHolder(home, token, pairing, headers)
  const device = await deviceById(home.db.read, bound)
  const { hardwareId } = readDeviceHeaders(headers)
  if (!device || device.revokedAt !== null) return undefined
  if (hardwareId !== undefined && hardwareId !== device.hardwareId) return undefined
  return { pairing, device }
}

/** Binds the token that a call with a secret carries to the device that makes it, when both are known and it is not yet bound. */
export async function rememberToken(
  home: Home,
  headers: Pick<Headers, 'get'>,
  device: Device,
): Promise<void> {
  if (readDeviceHeaders(headers).hardwareId === undefined) return
  const token = bearerToken(home.key, headers)
  if (!token || token.pairing !== device.pairing) return
  if ((await boundDevice(home.db.read, token.id)) !== undefined) return
  await home.db.transact((tx) => bindToken(tx, token, device.id))
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
    await home.db.transact((tx) => bindToken(tx, token, device.id))
  return { pairing, device }
}

async function admittedDevice(
  home: Home,
  pairing: Pairing,
  headers: Pick<Headers, 'get'>,
): Promise<Device | undefined | 'turned away'> {
  try {
    return await deviceOf(home, pairing, headers)
  } catch (error) {
    if (error instanceof Problem && ['unauthorized', 'forbidden'].includes(error.code))
      return 'turned away'
    throw error
  }
}
