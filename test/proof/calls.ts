import { deviceById } from '../../src/devices/device.store.ts'
import type { Answer } from '../support/house.ts'
import type { Witnessed } from './witness.ts'
import type { World } from './world.ts'

/**
 * Calls the API as the owner. Where the server is killed meanwhile, nobody knows whether it was done: it is asked once more when the
 * server is there again.
 */
export async function call<Body = unknown>(
  { stage: { house, processes }, kills }: World,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  if (!processes || !kills.hasBegun) return house.api<Body>(method, path, body)
  try {
    await processes.leave()
    return await house.api<Body>(method, path, body)
  } catch (error) {
    // What fetch says when there is no answer.
    if (!(error instanceof TypeError)) throw error
    await kills.overcome('last')
    return house.api<Body>(method, path, body)
  }
}

/** Calls the API as the owner; fails on anything but the statuses that are expected. */
export async function ask(
  world: World,
  method: string,
  path: string,
  body?: unknown,
  expected: number[] = [200, 201, 204],
): Promise<boolean> {
  const { status, body: told } = await call(world, method, path, body)
  if (status >= 500 || (!expected.includes(status) && status !== 409 && status !== 404))
    throw new Error(`${method} ${path} was answered ${status}: ${JSON.stringify(told)}`)
  return expected.includes(status)
}

/** A Kobo as the server has it. */
export async function deviceOf({ stage: { house } }: World, { device }: Witnessed) {
  const found = await deviceById(house.server.home.db.read, device)
  if (!found) throw new Error('The device is gone.')
  return found
}
