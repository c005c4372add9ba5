import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { hasCode } from '../catalogue/durable.ts'
import { importFile } from '../catalogue/import.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** How one file fared. */
type Outcome =
  | { path: string; outcome: 'added' | 'known' | 'restored'; book: string; title: string }
  | { path: string; outcome: 'failed'; reason: string }

/** How many files are imported at once. */
const LANES = 4

const WORDS = {
  added: '',
  known: ' (it was there already)',
  restored: ' (it was deleted, and is back)',
} as const

/** `import PATH…`: takes files and folders into the library; they stay where they are. */
export async function importPaths(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  if (positionals.length === 0) throw new WrongUse('This command needs a file or a folder.')
  const files: string[] = []
  for (const path of positionals) files.push(...(await filesAt(resolve(path), path)))
  if (files.length === 0) throw new Problem('not_found', 'There is no EPUB in what you named.')

  const outcomes = await withHome(io, (home) =>
    importAll(home, files, (outcome, done) => {
      if (!values.json) tell(io, outcome, `${done} of ${files.length}`)
    }),
  )
  const failed = outcomes.filter((each) => each.outcome === 'failed').length
  if (values.json) io.out(JSON.stringify({ files: outcomes, ...countsOf(outcomes) }))
  else io.out(summary(countsOf(outcomes)))
  return failed > 0 ? 1 : 0
}

/** The files to import at a path: itself, or every EPUB below it, in the order of their names. */
async function filesAt(path: string, called: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new Problem('not_found', `There is nothing at “${called}”.`, { cause: error })
  }
  const files: string[] = []
  const entries = await readdir(path, { withFileTypes: true })
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const below = join(path, entry.name)
    if (entry.isDirectory()) files.push(...(await filesAt(below, below)))
    else if (entry.isFile() && /\.epub$/i.test(entry.name)) files.push(below)
  }
  return files
}

async function importAll(
  home: Home,
  files: string[],
  told: (outcome: Outcome, done: number) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const rest = files.values()
  async function lane(): Promise<void> {
    for (const path of rest) {
      const outcome = await importOne(home, path)
      outcomes.push(outcome)
      told(outcome, outcomes.length)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return outcomes
}

async function importOne(home: Home, path: string): Promise<Outcome> {
  try {
    const { outcome, book } = await importFile(home, {
      path,
      name: basename(path),
      dispose: 'keep',
      uploader: null,
      source: 'command',
    })
    return { path, outcome, book: book.id, title: book.title }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { path, outcome: 'failed', reason: error.message }
  }
}

function tell(io: Io, outcome: Outcome, place: string): void {
  if (outcome.outcome === 'failed')
    io.err(`${place} · ${basename(outcome.path)} could not be imported. ${outcome.reason}`)
  else io.out(`${place} · ${outcome.title}${WORDS[outcome.outcome]}`)
}

function countsOf(outcomes: Outcome[]): Record<Outcome['outcome'], number> {
  const counts = { added: 0, known: 0, restored: 0, failed: 0 }
  for (const { outcome } of outcomes) counts[outcome] += 1
  return counts
}

function summary({ added, known, restored, failed }: ReturnType<typeof countsOf>): string {
  const parts = [
    `${added} added`,
    ...(known > 0 ? [`${known} there already`] : []),
    ...(restored > 0 ? [`${restored} brought back`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ]
  return `${parts.join(', ')}.`
}
