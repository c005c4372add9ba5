import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, type TempHome } from '../../test/support/temp-home.ts'
import { revokeDevice } from '../devices/change-device.store.ts'
import { FOREIGN, openPairedKobo, type PairedKobo } from './paired-kobo.test-support.ts'

let home: TempHome
let device: PairedKobo['device']
let call: PairedKobo['call']
let root: PairedKobo['root']

beforeEach(async () => {
  ;({ home, device, call, root } = await openPairedKobo())
})
afterEach(() => home.close())

describe('every answer', () => {
  test.each([
    ['GET', '/v1/initialization'],
    ['GET', '/v1/user/profile'],
    ['GET', '/v1/library/sync'],
    ['GET', `/v1/library/${FOREIGN}/metadata`],
    ['POST', '/v1/analytics/event'],
    ['GET', '/v9/surprise'],
  ])('to %s %s is JSON with its exact length and a small head', async (method, path) => {
    const answer = await call(method, path)
    const body = await answer.text()
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
    expect(head.length).toBeLessThan(2048)
  })
})

describe('an address', () => {
  test('that is wrong, retired or revoked gets one and the same answer', async () => {
    const wrong = await root('GET', `/kobo/${'x'.repeat(43)}/v1/initialization`)
    const short = await root('GET', '/kobo/abc/v1/user/profile')
    const bare = await root('GET', '/kobo/')
    await call('GET', '/v1/user/profile')
    await home.db.transact((tx) => revokeDevice(tx, device.id, START))
    const revoked = await call('GET', '/v1/user/profile')
    const answers = [wrong, short, bare, revoked]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(new Set(await Promise.all(answers.map((each) => each.text()))).size).toBe(1)
  })
})
