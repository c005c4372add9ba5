import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { z } from 'zod'

/** Where the list lies: passwords that many people had when they leaked, the most common first (docs/decisions/0017-passwords.md). */
const LIST = '@zxcvbn-ts/language-common/src/passwords.json'

/**
 * Whether many people have this password, or one that differs from it only in what is easily tried: capital letters, and digits and
 * marks before and after. The list is read for this question and let go of again, since it is seldom asked.
 */
export async function isCommon(password: string): Promise<boolean> {
  const asked = plainest(password)
  const list = await readList()
  return list.some((common) => asked.includes(common))
}

/** The password in small letters, and its core without what stands around it. Pure. */
export function plainest(password: string): string[] {
  const small = password.normalize('NFKC').toLowerCase()
  const core = small.replace(/^[\d\p{P}\p{S}\s]+|[\d\p{P}\p{S}\s]+$/gu, '')
  return core === '' ? [small] : [small, core]
}

async function readList(): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve(LIST)
  return z.array(z.string()).parse(JSON.parse(await readFile(path, 'utf8')))
}
