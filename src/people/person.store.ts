import type { Db, Tx } from '../db/schema.ts'
import { nameKey } from '../name-key.ts'
import type { Person } from './person.ts'

/** Writes a new person. The name key must be free. */
export async function insertPerson(
  tx: Tx,
  person: Person & { nameKey: string; passwordHash: string; createdAt: number },
): Promise<void> {
  await tx
    .insertInto('person')
    .values({
      id: person.id,
      name: person.name,
      name_key: person.nameKey,
      owner: person.owner ? 1 : 0,
      password_hash: person.passwordHash,
      created_at: person.createdAt,
    })
    .execute()
}

/** The person with this name, whatever its case and diacritics. */
export async function personByName(db: Db, name: string): Promise<Person | undefined> {
  const row = await db
    .selectFrom('person')
    .select(['id', 'name', 'owner'])
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst()
  return row && toPerson(row)
}

/** The person with this name, and the hash that their password must fit. */
export async function personToVerify(
  db: Db,
  name: string,
): Promise<{ person: Person; passwordHash: string } | undefined> {
  const row = await db
    .selectFrom('person')
    .select(['id', 'name', 'owner', 'password_hash'])
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst()
  return row && { person: toPerson(row), passwordHash: row.password_hash }
}

/** The person with this id. */
export async function personById(db: Db, id: string): Promise<Person | undefined> {
  const row = await db
    .selectFrom('person')
    .select(['id', 'name', 'owner'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toPerson(row)
}

/** Everybody's id, the oldest account first. */
export async function personIds(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('person')
    .select('id')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

function toPerson(row: { id: string; name: string; owner: 0 | 1 }): Person {
  return { id: row.id, name: row.name, owner: row.owner === 1 }
}
