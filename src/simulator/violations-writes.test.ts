import { afterEach, beforeEach, expect, test } from 'vitest'
import { newBook, stateOf } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { newKobo } from './new-kobo.test-support.ts'
import { violationsOf } from './violations.test-support.ts'

let fake: FakeServer
const { made, discardAll } = violationsOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

const at = '2026-01-05T10:00:00Z'

test('a place written with a decimal point breaks a rule', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  const state = JSON.stringify([stateOf('b1', 33, at)]).replace(
    '"ProgressPercent":33',
    '"ProgressPercent":33.0',
  )
  fake.twists.set('/state', { body: state })
  expect((await one.kobo.open('b1')).violations).toEqual([
    'GET /v1/library/b1/state: a whole percentage must be written without a decimal point.',
  ])
})

test('an answer to a written place that does not name the book breaks a rule, and the place stays unsent', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  fake.twists.set('/state', { body: '{"RequestResult":"Success","UpdateResults":[]}' })
  const report = await one.kobo.close('b1', { percent: 5 })
  expect(report.violations).toEqual([
    'PUT /v1/library/b1/state: UpdateResults must name the book b1.',
  ])
  fake.twists.clear()
  fake.seen.length = 0
  await one.kobo.sync()
  expect(fake.seen.filter((seen) => seen.method === 'PUT')).toHaveLength(1)
})

test('stars and collections that the server answers wrongly break rules', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  one.kobo.rate('b1', 4)
  one.kobo.makeShelf('Holidays', ['b1'])
  fake.twists.set('/v1/library/tags', { body: '{}' })
  fake.twists.set('/v1/user/reviews', {
    body: '{"Items":[{"ProductId":"b1","Rating":3}],"TotalPageCount":1,"CurrentPageIndex":1}',
  })
  const { violations } = await one.kobo.sync()
  expect(violations).toEqual([
    'POST /v1/library/tags: the body must be a text that is not empty.',
    'GET /v1/user/reviews: the book b1 has other stars than it was given.',
  ])
})

test('a collection that the server refuses stays queued', async () => {
  fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
  const one = newKobo(fake)
  made.push(one)
  await one.kobo.sync()
  one.kobo.makeShelf('Holidays', ['b1'])
  await one.kobo.sync()
  one.kobo.renameShelf('Holidays', 'Summer')
  fake.twists.set('/v1/library/tags/tag-1', { status: 404 })
  expect((await one.kobo.sync()).interrupted?.because).toContain('the change stays queued')
  fake.twists.clear()
  fake.seen.length = 0
  expect((await one.kobo.sync()).completed).toBe(true)
  expect(fake.seen.filter((seen) => seen.path === '/v1/library/tags/tag-1')).toMatchObject([
    { method: 'PUT', body: '{"Name":"Summer"}' },
  ])
  expect(one.kobo.shelves()).toEqual({ Summer: ['b1'] })
})
