import type { Db } from '../db/schema.ts'
import { nameKey } from '../name-key.ts'
import { LONGEST_NAME } from './person.ts'
import { personByName } from './person.store.ts'

/** The first of these names that will do, with a number behind it when somebody has it already. */
export async function freeName(db: Db, names: readonly string[]): Promise<string> {
  const name = names.map(plain).find((each) => nameKey(each) !== '') ?? 'Reader'
  if (!(await personByName(db, name))) return name
  for (let n = 2; ; n += 1) if (!(await personByName(db, `${name} ${n}`))) return `${name} ${n}`
}

/** A name without what no name may hold, and short enough for a number behind it. */
function plain(name: string): string {
  const clean = name.normalize('NFC').replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
  // Half a character may stand at the end of what was cut.
  return clean
    .trim()
    .slice(0, LONGEST_NAME - 10)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
    .trim()
}
