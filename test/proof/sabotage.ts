import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SoakTold } from '../../bench/soak-program.ts'
import { packageRoot } from '../../src/package-root.ts'

/** A change to the built program: in this file of src/sync, `from` (which must be there exactly once) becomes `to`. */
export type Spoilt = { file: string; from: string; to: string }

/**
 * Spoils a copy of the built program and lets random schedules happen to it, from this seed on, until one fails. Answers the invariants
 * that were broken in it, each with what was seen, and how many schedules it took; nothing when none of so many failed.
 */
export async function soakSpoilt(
  edits: readonly Spoilt[],
  { schedules, seed }: { schedules: number; seed: number },
): Promise<{ broken: string[]; after: number }> {
  const root = packageRoot()
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'spoilt-'))
  try {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
    for (const { file, from, to } of edits)
      spoil(join(folder, 'dist', 'src', 'sync', file), from, to)
    const told = await runSoak(join(folder, 'dist', 'bench', 'soak-program.js'), schedules, seed)
    return { broken: told.failures, after: told.schedules }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spoil(path: string, from: string, to: string): void {
  const source = readFileSync(path, 'utf8')
  const pattern = new RegExp(from.split(/\s+/).map(escaped).join('\\s*'), 'g')
  const places = source.match(pattern)?.length ?? 0
  if (places !== 1) throw new Error(`${path} holds ${places} times, not once: ${from}`)
  writeFileSync(
    path,
    source.replace(pattern, () => to),
  )
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** One process, so that the schedules are one plain range of seeds. It ends after the first that fails. */
async function runSoak(program: string, schedules: number, seed: number): Promise<SoakTold> {
  const child = fork(program, [schedules, seed, 1].map(String), { stdio: 'pipe' })
  let errors = ''
  child.stderr?.on('data', (text) => (errors += String(text)))
  let last: SoakTold | undefined
  child.on('message', (told: SoakTold) => (last = told))
  await once(child, 'close')
  if (!last || child.exitCode !== 0) throw new Error(`The spoilt program ended early: ${errors}`)
  return last
}
