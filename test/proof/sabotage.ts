import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SoakTold } from '../../bench/soak-program.ts'
import { inMemory } from '../../bench/soak.ts'
import { packageRoot } from '../../src/package-root.ts'

/** One failure tells what there is to know. */
const ENOUGH = 1

/** A change to the built program: in this file, named from src/sync, `from` (which must be there exactly once) becomes `to`. */
export type Change = { file: string; from: string; to: string }

/** How many schedules, from which seed on, and in how many of them, the first, the server is killed. */
export type Run = { schedules: number; seed: number; killed?: number }

/**
 * Changes a copy of the built program and lets random schedules happen to it, from this seed on, until one fails. Answers the invariants
 * that were broken in it, each with what was seen, and how many schedules it took; no invariants when none of so many failed.
 */
export async function soakChanged(
  changes: readonly Change[],
  run: Run,
): Promise<{ broken: string[]; after: number }> {
  const root = packageRoot()
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'changed-'))
  try {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
    for (const { file, from, to } of changes)
      change(join(folder, 'dist', 'src', 'sync', file), from, to)
    const told = await runSoak(join(folder, 'dist', 'bench', 'soak-program.js'), run)
    return { broken: told.failures, after: told.schedules }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function change(path: string, from: string, to: string): void {
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

/** One process, so that the schedules are one plain range of seeds. */
async function runSoak(program: string, { schedules, seed, killed = 0 }: Run): Promise<SoakTold> {
  const child = fork(program, [schedules, seed, ENOUGH, killed].map(String), {
    stdio: 'pipe',
    env: inMemory(),
  })
  let errors = ''
  child.stderr?.on('data', (text) => (errors += String(text)))
  let last: SoakTold | undefined
  child.on('message', (told: SoakTold) => (last = told))
  await once(child, 'close')
  if (!last || child.exitCode !== 0) throw new Error(`The changed program ended early: ${errors}`)
  return last
}
