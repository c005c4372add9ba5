import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { issueToken } from './access-token.ts'
import type { Device, Pairing } from './device.ts'
import { restoreDevice, revokeDevice } from './change-device.store.ts'
import { deviceById, devicesOf } from './device.store.ts'
import { DEVICES_PER_PAIRING, deviceOf } from './identity.ts'
import { findPairing, pair, regenerate } from './pairing.ts'
import { tokenHolder } from './token-holder.ts'

let home: TempHome

beforeEach(async () => {
  home = await tempHome()
  for (const id of ['ada', 'ben'])
    await home.db.transact((tx) =>
      tx
        .insertInto('person')
        .values({ id, name: id, name_key: id, owner: 0, created_at: START })
        .execute(),
    )
})
afterEach(() => home.close())

const { random, now } = { random: (bytes: number) => home.random(bytes), now: START }

async function paired(person = 'ada', name = 'Kobo') {
  const made = await home.db.transact((tx) =>
    pair(tx, { person, name, shelves: null, now, random }),
  )
  const pairing = await findPairing(home.db.read, made.secret)
  if (!pairing) throw new Error('The pairing that was just made is not found.')
  return { ...made, pairing }
}

function kobo(id: string, more: Record<string, string> = {}): Headers {
  return new Headers({ 'x-kobo-deviceid': id, 'x-kobo-devicemodel': 'Kobo Clara BW', ...more })
}

async function seen(pairing: Pairing, headers: Headers): Promise<Device> {
  const device = await deviceOf(home, pairing, headers)
  if (!device) throw new Error('No device was recognised.')
  return device
}

describe('a secret', () => {
  test('has 43 characters and is stored nowhere', async () => {
    const { secret } = await paired()
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const rows = await home.db.read.selectFrom('pairing_secret').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('opens nothing once another was made', async () => {
    const { secret, pairing } = await paired()
    const next = await home.db.transact((tx) =>
      regenerate(tx, { pairing: pairing.id, now, random }),
    )
    expect(await findPairing(home.db.read, secret)).toBeUndefined()
    expect(await findPairing(home.db.read, next)).toEqual({ ...pairing, generation: 2 })
  })

  test('opens nothing while its only Kobo is revoked', async () => {
    const { secret, device, pairing } = await paired()
    await home.db.transact((tx) => revokeDevice(tx, device.id, now))
    expect(await findPairing(home.db.read, secret)).toBeUndefined()
    await home.db.transact((tx) => restoreDevice(tx, device.id))
    expect(await findPairing(home.db.read, secret)).toEqual(pairing)
  })

  test.each(['', 'x', 'a'.repeat(43), 'a'.repeat(5000)])('is not %j', async (secret) => {
    expect(await findPairing(home.db.read, secret)).toBeUndefined()
  })
})

describe('a Kobo', () => {
  test('claims the device that the address was made for', async () => {
    const { device, pairing } = await paired()
    const headers = kobo('AA11', { 'x-kobo-appversion': '4.45.23697' })
    expect(await seen(pairing, headers)).toMatchObject({
      id: device.id,
      hardwareId: 'aa11',
      model: 'Kobo Clara BW',
      firmware: '4.45.23697',
      lastSeenAt: START,
    })
  })

  test('that comes second to an address becomes a sibling with the same shelves', async () => {
    const { device, pairing } = await paired()
    await seen(pairing, kobo('a'))
    const sibling = await seen(pairing, kobo('b'))
    expect(sibling).toMatchObject({ pairing: pairing.id, name: 'Kobo Clara BW', shelves: null })
    expect(sibling.id).not.toBe(device.id)
    expect((await seen(pairing, kobo('a'))).id).toBe(device.id)
  })

  test('is refused when eight others share the address', async () => {
    const { pairing } = await paired()
    for (let one = 0; one < DEVICES_PER_PAIRING; one += 1) await seen(pairing, kobo(`k${one}`))
    await expect(deviceOf(home, pairing, kobo('k8'))).rejects.toMatchObject({ code: 'forbidden' })
    expect(await devicesOf(home.db.read, 'ada')).toHaveLength(DEVICES_PER_PAIRING)
  })

  test('stays the same Kobo at another address of its person', async () => {
    const first = await paired()
    const second = await paired()
    await seen(first.pairing, kobo('a'))
    expect(await seen(second.pairing, kobo('a'))).toMatchObject({
      id: first.device.id,
      pairing: second.pairing.id,
    })
    expect((await deviceOf(home, second.pairing, new Headers()))?.id).toBe(first.device.id)
  })

  test('is another Kobo at the address of another person', async () => {
    const ada = await paired('ada')
    const ben = await paired('ben')
    await seen(ada.pairing, kobo('a'))
    expect((await seen(ben.pairing, kobo('a'))).id).toBe(ben.device.id)
    expect((await deviceById(home.db.read, ada.device.id))?.hardwareId).toBe('a')
  })

  test('that was revoked is turned away, and let in by an address made anew', async () => {
    const { device, pairing } = await paired()
    await seen(pairing, kobo('a'))
    await seen(pairing, kobo('b'))
    await home.db.transact((tx) => revokeDevice(tx, device.id, now))
    await expect(deviceOf(home, pairing, kobo('a'))).rejects.toMatchObject({
      code: 'unauthorized',
    })
    const { pairing: another } = await paired()
    expect(await seen(another, kobo('a'))).toMatchObject({ id: device.id, revokedAt: null })
  })

  test('that was revoked does not come back through an address that it had before', async () => {
    const old = await paired()
    await seen(old.pairing, kobo('a'))
    const current = await paired()
    const device = await seen(current.pairing, kobo('a'))
    await home.db.transact((tx) => revokeDevice(tx, device.id, now))
    await expect(deviceOf(home, old.pairing, kobo('a'))).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  test('is written down again only when something changed or a minute has passed', async () => {
    const { pairing } = await paired()
    await seen(pairing, kobo('a'))
    home.setNow(START + 30_000)
    expect((await seen(pairing, kobo('a'))).lastSeenAt).toBe(START)
    expect((await seen(pairing, kobo('a', { 'x-kobo-appversion': '4.46.1' }))).lastSeenAt).toBe(
      START + 30_000,
    )
    home.setNow(START + 100_000)
    expect((await seen(pairing, kobo('a'))).lastSeenAt).toBe(START + 100_000)
  })
})

describe('a request that does not say who makes it', () => {
  test('is taken for the only Kobo and changes nothing', async () => {
    const { device, pairing } = await paired()
    expect((await deviceOf(home, pairing, new Headers()))?.id).toBe(device.id)
    expect(await deviceById(home.db.read, device.id)).toEqual(device)
  })

  test('is nobody in particular among siblings', async () => {
    const { pairing } = await paired()
    await seen(pairing, kobo('a'))
    await seen(pairing, kobo('b'))
    expect(await deviceOf(home, pairing, new Headers())).toBeUndefined()
  })
})

describe('an access token', () => {
  function withToken(pairing: Pairing, id: string, headers = new Headers()): Headers {
    headers.set('authorization', `Bearer ${issueToken(home.key, pairing, { id, now })}`)
    return headers
  }
  const id = '0b8e6a0e-54a7-4b68-9c62-0f3b1e0a9a11'

  test('belongs to the first Kobo that is seen with it, from then on', async () => {
    const { pairing } = await paired()
    const device = await seen(pairing, kobo('a'))
    await seen(pairing, kobo('b'))
    expect((await tokenHolder(home, withToken(pairing, id)))?.device).toBeUndefined()
    expect((await tokenHolder(home, withToken(pairing, id, kobo('a'))))?.device?.id).toBe(device.id)
    expect((await tokenHolder(home, withToken(pairing, id)))?.device?.id).toBe(device.id)
    expect(await tokenHolder(home, withToken(pairing, id, kobo('b')))).toBeUndefined()
  })

  test('ends with its generation, and while its Kobo is revoked', async () => {
    const { pairing, device } = await paired()
    expect(await tokenHolder(home, withToken(pairing, id, kobo('a')))).toBeDefined()
    await home.db.transact((tx) => revokeDevice(tx, device.id, now))
    expect(await tokenHolder(home, withToken(pairing, id, kobo('a')))).toBeUndefined()
    await home.db.transact((tx) => restoreDevice(tx, device.id))
    await home.db.transact((tx) => regenerate(tx, { pairing: pairing.id, now, random }))
    expect(await tokenHolder(home, withToken(pairing, id, kobo('a')))).toBeUndefined()
  })
})
