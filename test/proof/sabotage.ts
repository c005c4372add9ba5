import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'

/** A change to the built program: in this file of src/sync, `from` (which must be there exactly once) becomes `to`. */
export type Spoilt = { file: string; from: string; to: string }

/**
 * Spoils a copy of the built program and lets random schedules happen to it. Answers what the soak printed about them: which invariants
 * were broken, or nothing.
 */
export async function soakSpoilt(edits: readonly Spoilt[], schedules: number): Promise<string> {
  const root = packageRoot()
  const folder = mkdtempSync(join(root, '.cache', 'spoilt-'))
  try {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
    for (const { file, from, to } of edits)
      spoil(join(folder, 'dist', 'src', 'sync', file), from, to)
    return await runSoak(join(folder, 'dist', 'bench', 'main.js'), schedules)
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

/** Exits with 1 when an invariant was broken, and tells which on the standard error. */
function runSoak(program: string, schedules: number): Promise<string> {
  const args = [program, 'soak', '--schedules', String(schedules), '--seed', '1']
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (_, __, errors) => resolve(errors))
  })
}
