import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putIntoInbox } from '../support/into-inbox.ts'
import { openHouse } from '../support/house.ts'
import type { House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { CORPUS, nameOf, writeHostile } from './corpus.ts'
import type { HostileFile } from './hostile-file.ts'

/** `bin/bench` is for more; these are enough to see that nothing piles up. */
const FLOOD = 2_000

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => {
  await house.close()
})

/** Every seventh of the corpus, without those that are hundreds of megabytes. */
const SOME = CORPUS.filter((file, n) => n % 7 === 0 && file.length === undefined)

test.each(SOME)('uploaded: $what', async (file: HostileFile) => {
  const bytes = await file.make()
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), nameOf(file))
  const answer = await house.api<{ error: { message: string } }>('POST', '/books', form)
  if ('refused' in file.becomes) {
    expect(answer.status).toBe(422)
    expect(answer.body.error.message).toMatch(file.becomes.refused)
  } else expect([200, 201]).toContain(answer.status)
  expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
})

test('dropped into the inbox, all become books or lie in quarantine with their sentence', async () => {
  const { inbox, quarantine } = house.server.home.config
  for (const [n, file] of SOME.entries()) {
    await writeHostile(file, join(inbox, `${n}.part`))
    await rename(join(inbox, `${n}.part`), join(inbox, `${n}.epub`))
  }
  await house.settled()
  expect(await readdir(inbox)).toEqual([])
  const told = (await readdir(quarantine, { recursive: true })).filter((name) =>
    name.endsWith('.reason.txt'),
  )
  expect(told.length).toBeGreaterThan(5)
  expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
}, 120_000)

test(`${FLOOD} files at once are all dealt with while the server answers`, async () => {
  const { inbox } = house.server.home.config
  const book = await makeEpub({ title: 'The same book' })
  const noBook = Buffer.from('This is no book.')
  for (let n = 0; n < FLOOD; n += 1)
    await putIntoInbox(inbox, `flood-${n}.epub`, n % 40 === 0 ? book : noBook)
  const health = { answers: 0, isOver: false }
  async function askOn(): Promise<void> {
    while (!health.isOver) {
      expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
      health.answers += 1
    }
  }
  const asking = askOn()
  await house.settled().finally(() => (health.isOver = true))
  await asking
  expect(health.answers).toBeGreaterThan(5)
  expect(await readdir(inbox)).toEqual([])
  const { body } = await house.api<{ items: { title: string }[] }>('GET', '/books?q=the+same+book')
  expect(body.items.map((each) => each.title)).toEqual(['The same book'])
}, 120_000)
