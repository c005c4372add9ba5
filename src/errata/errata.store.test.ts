import { afterEach, beforeEach, expect, test } from 'vitest'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { closeErrataAbout, closeErratum, fileErratum } from './errata.store.ts'
import { erratumById, listErrata, maySee, openErratum } from './find-errata.store.ts'
import { importFailed, preparationFailed } from './import-errata.ts'

const OWNER = { id: 'ann', owner: true }
const GUEST = { id: 'bob', owner: false }

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
  await home.db.transact((tx) =>
    tx
      .insertInto('person')
      .values(
        ['ann', 'bob'].map((id) => ({
          id,
          name: id,
          name_key: id,
          owner: 0 as const,
          created_at: 0,
        })),
      )
      .execute(),
  )
})
afterEach(async () => {
  await home.close()
})

const failed = (subject: string, uploader: string | null = null, cause = 'It is no EPUB.') =>
  importFailed({ subject, name: `${subject}.epub`, cause, quarantined: `x/${subject}`, uploader })

const file = (erratum: ReturnType<typeof failed>, id: string) =>
  home.db.transact((tx) => fileErratum(tx, erratum, id, home.now()))

async function ids(reader: typeof OWNER): Promise<string[]> {
  const { errata } = await listErrata(home.db.read, reader, { limit: 10 })
  return errata.map((erratum) => erratum.id)
}

test('an erratum says what happened, what it means and what can be done', async () => {
  await file(failed('a'), 'one')
  expect(await erratumById(home.db.read, 'one')).toEqual({
    id: 'one',
    kind: 'import-failed',
    subject: 'a',
    person: null,
    device: null,
    book: null,
    cause: '“a.epub” could not be imported. It is no EPUB.',
    consequence: 'It is not in the library. The file is kept in quarantine.',
    actions: ['retry'],
    detail: { name: 'a.epub', quarantined: 'x/a' },
    at: home.now(),
    closedAt: null,
    closedBecause: null,
  })
})

test('the same trouble is filed once while it is open, with its newest words', async () => {
  await file(failed('a'), 'one')
  await file(failed('a', null, 'It is broken.'), 'two')
  expect(await ids(OWNER)).toEqual(['one'])
  expect((await openErratum(home.db.read, 'import-failed', 'a'))?.cause).toMatch(/broken/)

  await home.db.transact((tx) => closeErratum(tx, 'one', 'I know.', home.now()))
  expect(await ids(OWNER)).toEqual([])
  expect(await erratumById(home.db.read, 'one')).toMatchObject({ closedBecause: 'I know.' })
  expect(await home.db.transact((tx) => closeErratum(tx, 'one', 'Again.', home.now()))).toBe(false)
  await file(failed('a'), 'three')
  expect(await ids(OWNER)).toEqual(['three'])
})

test('everyone sees their own errata, and the owner those of nobody', async () => {
  await file(failed('inbox'), 'nobody')
  await file(failed('by bob', 'bob'), 'of bob')
  await file(failed('by ann', 'ann'), 'of ann')
  expect(await ids(GUEST)).toEqual(['of bob'])
  expect(await ids(OWNER)).toEqual(['nobody', 'of ann'])
  expect(maySee({ person: null }, GUEST)).toBe(false)
  expect(maySee({ person: null }, OWNER)).toBe(true)
  expect(maySee({ person: 'bob' }, OWNER)).toBe(false)
})

test('errata are listed newest first, page after page', async () => {
  for (const [n, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    home.setNow(home.now() + (n % 2))
    await file(failed(id), id)
  }
  const first = await listErrata(home.db.read, OWNER, { limit: 3 })
  const rest = await listErrata(home.db.read, OWNER, { limit: 3, after: first.next ?? undefined })
  expect([...first.errata, ...rest.errata].map((each) => each.id)).toEqual([
    'd',
    'e',
    'b',
    'c',
    'a',
  ])
  expect(rest.next).toBeNull()
  await expect(listErrata(home.db.read, OWNER, { limit: 3, after: '?' })).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('what is solved by itself is closed by what it was about', async () => {
  const book = { id: 'emma', title: 'Emma', uploader: null }
  await file(preparationFailed({ book, cause: 'Its file was changed.' }), 'one')
  await home.db.transact((tx) =>
    closeErrataAbout(tx, 'preparation-failed', 'emma', 'It is prepared.', home.now()),
  )
  expect(await ids(OWNER)).toEqual([])
})
