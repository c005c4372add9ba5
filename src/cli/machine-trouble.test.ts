import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { run } from './run.ts'
import { machineTrouble } from './machine-trouble.ts'

function failureOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('this should have failed')
}

test('what the machine refuses is told in a sentence; a bug is not', () => {
  expect(machineTrouble(failureOf(() => readdirSync('/etc/passwd')))).toBe(
    '“passwd” is not a folder, or lies below something that is none.',
  )
  expect(machineTrouble(new TypeError('a bug'))).toBeUndefined()
})

test('a database that is none is told in a sentence, and the command fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
  try {
    writeFileSync(
      join(folder, 'holdfast.db'),
      'This is not a database, but long enough to be taken for one. '.repeat(20),
    )
    const said: string[] = []
    const io = {
      out: (line: string) => said.push(line),
      err: (line: string) => said.push(line),
      env: { HOLDFAST_DATA_DIR: folder, HOLDFAST_LOG_LEVEL: 'silent' },
      input: Readable.from([]),
    }
    expect(await run(['token', 'add', 'anna', 'laptop'], io)).toBe(1)
    expect(said.join(' ')).toContain('is not a database')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
