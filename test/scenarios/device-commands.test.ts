import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'

let house: House

beforeEach(async () => {
  house = await openHouse({ now: Date.now() })
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

async function holdfast(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []]
  const code = await run(argv, {
    out: (line) => void out?.push(line),
    err: (line) => void err?.push(line),
    input: (async function* () {})(),
    env: { HOLDFAST_DATA_DIR: house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
  })
  return { code, out: out?.join('\n') ?? '', err: err?.join('\n') ?? '' }
}

test('a Kobo is named by its id or its name, and its contents and syncs are told', async () => {
  const { id: emma } = await house.addBook(await makeEpub({ title: 'Emma' }))
  await house.shelf('Sofa', [emma])
  await house.settled()
  const kobo = await koboAt(house, { name: 'Libra' })

  expect(await holdfast('device', 'list')).toMatchObject({
    code: 0,
    out: `${kobo.device}  Libra (Anna), never seen`,
  })
  expect(await holdfast('device', 'syncs', 'libra')).toMatchObject({ code: 0, out: 'No syncs.' })
  const waiting = await holdfast('device', 'contents', 'libra')
  expect(waiting.out).toMatch(
    /^waiting {5}Emma {2}[0-9a-f-]{36}\n {12}It arrives at the next sync\.$/,
  )

  await kobo.sync()
  await kobo.sync()
  expect((await holdfast('device', 'list')).out).toMatch(/Libra \(Anna\), last seen \w+ \d\d:\d\d$/)
  const contents = await holdfast('device', 'contents', kobo.device)
  expect([contents.code, contents.out]).toEqual([0, expect.stringMatching(/^on-device /)])
  const json = await holdfast(
    'device',
    'contents',
    'Libra',
    '--status',
    'on-device,waiting',
    '--json',
  )
  const { body } = await house.api('GET', `/devices/${kobo.device}/contents`)
  expect(JSON.parse(json.out)).toMatchObject({
    items: [{ bookId: emma, status: 'on-device', proof: { kind: 'listed' } }],
  })
  expect(body).toMatchObject({ items: [{ bookId: emma, status: 'on-device' }] })
  expect(await holdfast('device', 'contents', 'Libra', '--status', 'missing')).toMatchObject({
    code: 0,
    out: 'No books.',
  })

  const syncs = await holdfast('device', 'syncs', 'Libra')
  expect(syncs.out).toMatch(/ {2}\(\d+[^)]*\)\n {2}Came with the token of /)
  expect(syncs.out).toContain('  Took 1 new book.')
  const told = JSON.parse(
    (await holdfast('device', 'syncs', 'Libra', '--limit', '1', '--json')).out,
  )
  expect(told).toMatchObject({ items: [{ complete: true, counts: { added: 0 } }] })
})

test('a name of several Kobos names none, unless one of them alone is in use', async () => {
  const [first, second] = [await house.device('Libra'), await house.device('libra')]
  const both = await holdfast('device', 'contents', 'Libra')
  expect([both.code, both.err]).toEqual([1, expect.stringContaining('Several devices are called')])
  await house.api('DELETE', `/devices/${first.id}`)
  expect((await holdfast('device', 'contents', 'Libra')).code).toBe(0)
  expect((await holdfast('device', 'list')).out).toMatch(/Libra \(Anna\), never seen, revoked$/m)
  expect((await holdfast('device', 'contents', second.id)).code).toBe(0)
  const nobody = await holdfast('device', 'syncs', 'Nobody')
  expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('no device “Nobody”')])
})

test('wrong usage ends with 2, and help tells the statuses', async () => {
  for (const argv of [
    ['contents'],
    ['contents', 'a', 'b'],
    ['contents', 'a', '--status', 'lost'],
    ['syncs'],
    ['syncs', 'a', '--limit', '0'],
    ['list', '--all'],
  ])
    expect([argv, (await holdfast('device', ...argv)).code]).toEqual([argv, 2])
  expect((await holdfast('device', 'contents', '--help')).out).toContain('on-device, doubtful')
})
