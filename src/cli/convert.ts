import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { hasCode } from '../catalogue/durable.ts'
import { convertEpub, NotConvertible } from '../kepub/index.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'

/** How one book fared. A book with a fixed layout makes no file: a Kobo opens the original. */
type Outcome =
  | {
      path: string
      outcome: 'converted' | 'passed-through'
      output: string
      size: number
      sha256: string
      warnings: string[]
    }
  | { path: string; outcome: 'fixed-layout' }
  | { path: string; outcome: 'there-already' }
  | { path: string; outcome: 'failed'; reason: string }

/** `convert IN [OUT]`: makes a KEPUB of an EPUB, or of every EPUB in a folder. */
export async function convert(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
    },
  })
  const [input, output, ...more] = positionals
  if (input === undefined || more.length > 0)
    throw new WrongUse('This command needs an EPUB or a folder, and where the KEPUB goes.')
  const jobs = await jobsFor(input, output)
  const outcomes: Outcome[] = []
  for (const job of jobs) {
    const outcome = await convertOne(job, values.force)
    outcomes.push(outcome)
    if (!values.json) tell(io, outcome)
  }
  if (values.json) io.out(JSON.stringify({ files: outcomes }))
  // One book that was asked for by name and not made is a failure; among many it was made before.
  const failures = jobs.length === 1 ? ['failed', 'there-already'] : ['failed']
  return outcomes.some(({ outcome }) => failures.includes(outcome)) ? 1 : 0
}

interface Job {
  input: string
  output: string
}

async function jobsFor(input: string, output: string | undefined): Promise<Job[]> {
  if (!(await isFolder(input))) {
    const folder = output !== undefined && (await exists(output)) && (await isFolder(output))
    const named = join(folder ? output : dirname(input), kepubName(input))
    return [{ input, output: folder ? named : (output ?? named) }]
  }
  const entries = await readdir(input, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && /^[^.].*\.epub$/iu.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => output !== undefined || !/\.kepub\.epub$/iu.test(name))
    .sort()
  if (names.length === 0) throw new Problem('not_found', 'There is no EPUB in that folder.')
  const target = output ?? input
  await mkdir(target, { recursive: true })
  return names.map((name) => ({ input: join(input, name), output: join(target, kepubName(name)) }))
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new Problem('not_found', `There is nothing at “${path}”.`, { cause: error })
  }
}

function kepubName(input: string): string {
  return `${basename(input).replace(/(?:\.kepub)?\.epub$/iu, '')}.kepub.epub`
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** Written under a name of its own first, so that nobody ever sees half a book. */
async function convertOne({ input, output }: Job, force: boolean): Promise<Outcome> {
  const path = input
  if (!force && (await exists(output))) return { path, outcome: 'there-already' }
  if (resolve(input) === resolve(output))
    return { path, outcome: 'failed', reason: 'It would take the place of its own source.' }
  const unfinished = join(dirname(output), `.${basename(output)}.${process.pid}.part`)
  try {
    const { kind, size, sha256, warnings } = await convertEpub(input, unfinished)
    if (kind === 'fixed-layout') return { path, outcome: kind }
    await rename(unfinished, output)
    return { path, outcome: kind, output, size, sha256, warnings }
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error
    return { path, outcome: 'failed', reason: error.reason }
  } finally {
    await rm(unfinished, { force: true })
  }
}

function tell(io: Io, told: Outcome): void {
  const name = basename(told.path)
  if (told.outcome === 'failed') io.err(`${name} was not converted. ${told.reason}`)
  else if (told.outcome === 'there-already')
    io.err(`${name} was not converted: its KEPUB is there already. --force replaces it.`)
  else if (told.outcome === 'fixed-layout')
    io.out(`${name} has a fixed layout, which a Kobo opens as it is. There is nothing to convert.`)
  else {
    const before = told.outcome === 'passed-through' ? ' (it was a KEPUB already)' : ''
    io.out(`${name} → ${told.output}${before}`)
    for (const warning of told.warnings) io.err(`  ${warning}`)
  }
}
