import { verify } from '@node-rs/argon2'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { addPerson } from './person.ts'
import { signIn } from './sign-in.ts'

/** Only counts: the work is done all the same. */
vi.mock(import('@node-rs/argon2'), async (original) => {
  const real = await original()
  return { ...real, verify: vi.fn(real.verify) }
})
const verified = vi.mocked(verify)

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
  await addPerson(home, { name: 'Anna', password: 'the password of Anna', owner: true })
  await home.db.transact(async (tx) => {
    const row = { id: 'ben', name: 'Ben', name_key: 'ben', owner: 0 as const, created_at: 0 }
    await tx.insertInto('person').values(row).execute()
  })
  await signIn(home, { name: 'Anna', password: 'warm' })
  verified.mockClear()
})
afterEach(() => home.close())

test.each([
  ['somebody and their password', 'Anna', 'the password of Anna', 'Anna'],
  ['somebody and another password', 'Anna', 'the password of Ben', undefined],
  ['somebody who has no password', 'Ben', 'the password of Ben', undefined],
  ['a name that nobody has', 'Nobody', 'the password of Anna', undefined],
  ['no name', '', '', undefined],
  ['a password that is longer than any', 'Anna', 'x'.repeat(4000), undefined],
])('%s cost one hash of the same cost', async (_, name, password, found) => {
  expect((await signIn(home, { name, password }))?.name).toBe(found)
  expect(verified).toHaveBeenCalledTimes(1)
  const [hash, tried] = verified.mock.calls[0] ?? []
  expect(String(hash)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(String(tried).length).toBeLessThanOrEqual(1024)
})
