import type { Db, Tx } from '../db/schema.ts'
import { nameKey } from '../name-key.ts'
import type { Person } from './person.ts'

/** Writes a new person. The name key must be free. */
export async function insertPerson(
  tx: Tx,
  person: Person & { nameKey: string; createdAt: number },
): Promise<void> {
  await tx
    .insertInto('person')
    .values({
      id: person.id,
      name: person.name,
      name_key: person.nameKey,
      owner: person.owner ? 1 : 0,
      created_at: person.createdAt,
    })
    .execute()
}

/** The person with this name, whatever its case and diacritics. */
export async function personByName(db: Db, name: string): Promise<Person | undefined> {
  const row = await present(db).where('name_key', '=', nameKey(name)).executeTakeFirst()
  return row && toPerson(row)
}

/** The person with this id. Somebody who was removed is nobody. */
export async function personById(db: Db, id: string): Promise<Person | undefined> {
  const row = await present(db).where('id', '=', id).executeTakeFirst()
  return row && toPerson(row)
}

/** Everybody's id, the oldest account first. */
export async function personIds(db: Db): Promise<string[]> {
  return (await everybody(db)).map(({ id }) => id)
}

/** Everybody of the household, the oldest account first. Times in epoch ms. */
export async function everybody(db: Db): Promise<(Person & { createdAt: number })[]> {
  const rows = await present(db).orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => ({ ...toPerson(row), createdAt: row.created_at }))
}

/** Whether anybody owns this server. */
export async function hasOwner(db: Db): Promise<boolean> {
  return (await ownersBut(db, '')) > 0
}

/** How many own this server beside the person with this id. */
export async function ownersBut(db: Db, id: string): Promise<number> {
  return (await present(db).where('owner', '=', 1).where('id', '<>', id).execute()).length
}

function present(db: Db) {
  return db
    .selectFrom('person')
    .select(['id', 'name', 'owner', 'created_at'])
    .where('removed_at', 'is', null)
}

function toPerson(row: { id: string; name: string; owner: 0 | 1 }): Person {
  return { id: row.id, name: row.name, owner: row.owner === 1 }
}
