import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, type House, type PairedTold } from '../support/house.ts'

type DeviceTold = {
  id: string
  name: string
  shelves: string[] | null
  paused: boolean
  onDelete: string
  revokedAt: number | null
}

const HALF = '\ud800'

test('names are kept as a Kobo can show them, and a shelf named twice is carried once', async () => {
  const house = await openHouse()
  try {
    const sofa = await house.shelf('Sofa')
    const made = await house.api<{ id: string; name: string }>('POST', '/devices', {
      name: ` Libra${HALF} `,
      shelves: [sofa.id, sofa.id],
    })
    expect([made.status, made.body.name]).toEqual([201, 'Libra\ufffd'])
    expect((await house.api('POST', '/devices', { name: 'two\nlines' })).status).toBe(400)
    expect((await house.api('POST', '/devices', { name: 'x'.repeat(101) })).status).toBe(400)
  } finally {
    await house.close()
  }
})

describe('devices over the API', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  const opens = async (syncUrl: string) => (await fetch(`${syncUrl}/v1/initialization`)).status
  const told = async (device: PairedTold) =>
    (await house.api<DeviceTold>('GET', `/devices/${device.id}`)).body

  test('a new device gets a sync URL that works, and that is told only once', async () => {
    const device = await house.device('Libra')
    expect(device.syncUrl).toMatch(new RegExp(`^${house.url}/kobo/[A-Za-z0-9_-]{43}$`))
    expect(await opens(device.syncUrl)).toBe(200)
    const secret = device.syncUrl.split('/').at(-1) ?? ''
    const list = await house.api<{ items: DeviceTold[] }>('GET', '/devices')
    expect(list.body.items.map(({ id }) => id)).toContain(device.id)
    expect(JSON.stringify(list.body)).not.toContain(secret)
  })

  test('it carries every shelf unless told which, and only shelves of its person', async () => {
    const shelf = await house.shelf('Taken')
    expect(await told(await house.device('All'))).toMatchObject({ shelves: null })
    expect(await told(await house.device('None', []))).toMatchObject({ shelves: [] })
    const some = await house.device('Some', [shelf.id])
    expect(await told(some)).toMatchObject({ shelves: [shelf.id] })
    const ben = await house.person('Ben')
    const foreign = await house.api('POST', '/devices', { name: 'X', shelves: [shelf.id] }, ben)
    expect(foreign.status).toBe(404)
  })

  test('its name, its shelves, its pause and what a deletion means can be changed', async () => {
    const device = await house.device('Clara')
    const shelf = await house.shelf('Holidays')
    const change = {
      name: 'Clara BW',
      shelves: [shelf.id],
      paused: true,
      onDelete: 'unshelve',
    }
    const { body } = await house.api<DeviceTold>('PATCH', `/devices/${device.id}`, change)
    expect(body).toMatchObject(change)
    await house.api('PATCH', `/devices/${device.id}`, { shelves: null, paused: false })
    expect(await told(device)).toMatchObject({ name: 'Clara BW', shelves: null, paused: false })
    const wrong = await house.api('PATCH', `/devices/${device.id}`, { onDelete: 'explode' })
    expect(wrong.status).toBe(400)
  })

  test('a revoked device is refused until it is restored', async () => {
    const device = await house.device('Lost')
    expect((await house.api('DELETE', `/devices/${device.id}`)).status).toBe(204)
    expect(await told(device)).toMatchObject({ revokedAt: house.now() })
    expect(await opens(device.syncUrl)).toBe(401)
    expect((await house.api('POST', `/devices/${device.id}/restore`)).status).toBe(200)
    expect(await opens(device.syncUrl)).toBe(200)
  })

  test('regenerating gives another sync URL and ends the old one', async () => {
    const device = await house.device('Sage')
    const { body } = await house.api<{ syncUrl: string }>(
      'POST',
      `/devices/${device.id}/regenerate`,
      { library: 'kept' },
    )
    expect(await opens(device.syncUrl)).toBe(401)
    expect(await opens(body.syncUrl)).toBe(200)
  })
})
