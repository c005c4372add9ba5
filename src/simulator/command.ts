import { parseArgs } from 'node:util'
import type { SyncReport } from './device.ts'
import { counted } from './diary.ts'
import { noFaults, parseFault, type Faults } from './faults.ts'
import { habitsOf } from './firmware.ts'
import { openKobo, type Kobo } from './kobo.ts'
import type { Switches } from './switches.ts'
import { walk } from './walk.ts'
import { WrongUse } from './wrong-use.ts'

const USAGE = `Usage: holdfast simulate SYNC_URL --home DIR [options]

  --syncs N               sync N times (1)
  --walk                  instead, do once everything that a Kobo does in its life
  --download-all          then fetch every book and cover that is not there
  --open BOOK             open a book before the sync
  --read BOOK=PERCENT     read a book to a place before the sync
  --delete BOOK           remove a book on the device before the sync
  --remove-download BOOK  remove only its file
  --lose-token            forget the sync token before the sync
  --factory-reset         start with an empty device
  --token-mode MODE       per-page, at-end or pinned
  --always-flip           a book that is announced again is a download tile again
  --page-again            ask for a page that did not arrive again at once
  --unknown-calls         also make calls that no server has heard of
  --fault SPEC            KIND[@NUMBER]:PATH[#N], for instance lose-reply:/v1/library/sync
  --seed N                choices and identity
  --firmware V            the firmware and its habits: 4.28, 4.38, 4.45 or 4.46
  --no-account            a device without an account at Kobo
  --behind URL            reach the server of the sync URL at this address instead
  --json                  print the reports as JSON
  --quiet                 print only the summary

BOOK is an id or a part of a title that only one book has.`

const OPTIONS = {
  home: { type: 'string' },
  syncs: { type: 'string', default: '1' },
  'download-all': { type: 'boolean', default: false },
  open: { type: 'string', multiple: true, default: [] as string[] },
  read: { type: 'string', multiple: true, default: [] as string[] },
  delete: { type: 'string', multiple: true, default: [] as string[] },
  'remove-download': { type: 'string', multiple: true, default: [] as string[] },
  'lose-token': { type: 'boolean', default: false },
  'factory-reset': { type: 'boolean', default: false },
  'token-mode': { type: 'string' },
  'always-flip': { type: 'boolean', default: false },
  fault: { type: 'string' },
  seed: { type: 'string' },
  firmware: { type: 'string' },
  'no-account': { type: 'boolean', default: false },
  'page-again': { type: 'boolean', default: false },
  'unknown-calls': { type: 'boolean', default: false },
  walk: { type: 'boolean', default: false },
  behind: { type: 'string' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type Wishes = ReturnType<typeof readWishes>

/**
 * The command `simulate`: a simulated Kobo in a folder, and what it is to do. Gives the exit code: 0 when all is well, 1
 * when the server broke a rule or a sync broke off, 2 for wrong usage.
 */
export async function simulate(
  argv: string[],
  io: { out: (line: string) => void; err: (line: string) => void },
): Promise<number> {
  let kobo: Kobo | undefined
  try {
    const wishes = readWishes(argv)
    if (wishes.help) {
      io.out(USAGE)
      return 0
    }
    const opened = openKobo({
      home: wishes.home,
      ...(wishes.syncUrl === undefined ? {} : { syncUrl: wishes.syncUrl }),
      ...(wishes.behind === undefined ? {} : { behind: wishes.behind }),
      ...(wishes.seed === undefined ? {} : { seed: wishes.seed }),
      switches: wishes.switches,
      say: (line) => {
        if (!wishes.quiet && !wishes.json) io.out(line)
      },
    })
    kobo = opened
    const reports = await act(opened, wishes)
    return conclude(opened, reports, wishes, io)
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error
    io.err(error.message)
    return 2
  } finally {
    kobo?.shutDown()
  }
}

async function act(kobo: Kobo, wishes: Wishes): Promise<SyncReport[]> {
  if (wishes.walk) return await walk(kobo)
  const reports: SyncReport[] = []
  if (wishes.factoryReset) kobo.factoryReset()
  if (wishes.loseToken) kobo.loseToken()
  for (const book of wishes.removeDownload) kobo.removeDownload(find(kobo, book))
  for (const book of wishes.open) reports.push(await kobo.open(find(kobo, book)))
  for (const { book, percent } of wishes.read) {
    reports.push(await kobo.close(find(kobo, book), { percent }))
  }
  for (const book of wishes.delete) kobo.remove(find(kobo, book))
  for (let n = 0; n < wishes.syncs; n += 1)
    reports.push(await kobo.sync({ faults: wishes.faults() }))
  if (wishes.downloadAll) reports.push(await kobo.downloadAll({ faults: wishes.faults() }))
  return reports
}

function conclude(
  kobo: Kobo,
  reports: SyncReport[],
  wishes: Wishes,
  io: { out: (line: string) => void },
): number {
  const contents = kobo.contents()
  const broken = reports.filter((report) => !report.completed).length
  if (wishes.json) {
    io.out(JSON.stringify({ reports, contents, violations: kobo.violations }, null, 2))
  } else {
    if (wishes.quiet) for (const sentence of kobo.violations) io.out(`! ${sentence}`)
    const present = contents.filter((book) => !book.removed)
    const downloaded = present.filter((book) => book.downloaded).length
    const rules = kobo.violations.length
    io.out(
      `${counted(present.length, 'book')} on the Kobo, ${downloaded} downloaded; ` +
        `${counted(reports.length - broken, 'session')} complete, ${broken} broken off; ` +
        (rules === 0 ? 'no rule broken.' : `${counted(rules, 'broken rule')}.`),
    )
  }
  return broken > 0 || kobo.violations.length > 0 ? 1 : 0
}

/** A book by its id or by a part of a title that only one book has. */
function find(kobo: Kobo, wanted: string): string {
  const books = kobo.contents().filter((book) => !book.removed)
  const exact = books.find((book) => book.id === wanted)
  if (exact) return exact.id
  const part = wanted.toLowerCase()
  const [found, ...others] = books.filter((book) => book.title.toLowerCase().includes(part))
  if (!found) throw new WrongUse(`This Kobo has no book “${wanted}”.`)
  if (others.length > 0) throw new WrongUse(`More than one book has “${wanted}” in its title.`)
  return found.id
}

function readWishes(argv: string[]) {
  const { values, positionals } = parsed(argv)
  const syncUrl = positionals[0]
  if (positionals.length > 1) throw new WrongUse(`Only one sync URL is expected.\n\n${USAGE}`)
  if (values.home === undefined && !values.help)
    throw new WrongUse(`--home is missing.\n\n${USAGE}`)
  const faults: () => Faults =
    values.fault === undefined ? () => noFaults : parseFault(values.fault)
  return {
    help: values.help,
    syncUrl,
    home: values.home ?? '',
    syncs: wholeNumber('--syncs', values.syncs),
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed),
    walk: values.walk,
    behind: values.behind,
    downloadAll: values['download-all'],
    open: values.open,
    read: values.read.map(readPlace),
    delete: values.delete,
    removeDownload: values['remove-download'],
    loseToken: values['lose-token'],
    factoryReset: values['factory-reset'],
    faults,
    json: values.json,
    quiet: values.quiet,
    switches: switchesOf(values),
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error
    throw new WrongUse(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

function readPlace(text: string): { book: string; percent: number } {
  const at = text.lastIndexOf('=')
  const percent = Number(text.slice(at + 1))
  if (at < 1 || !(percent >= 0 && percent <= 100) || text.slice(at + 1) === '') {
    throw new WrongUse(`--read needs BOOK=PERCENT with a number from 0 to 100, not ${text}.`)
  }
  return { book: text.slice(0, at), percent }
}

function switchesOf(values: {
  'token-mode'?: string | undefined
  'always-flip': boolean
  'no-account': boolean
  'page-again': boolean
  'unknown-calls': boolean
  firmware?: string | undefined
}): Partial<Switches> {
  const mode = values['token-mode']
  if (mode !== undefined && mode !== 'per-page' && mode !== 'at-end' && mode !== 'pinned') {
    throw new WrongUse(`--token-mode is per-page, at-end or pinned, not ${mode}.`)
  }
  return {
    ...(values.firmware === undefined ? {} : habitsOf(values.firmware)),
    accountless: values['no-account'],
    unknownCalls: values['unknown-calls'],
    ...(values['page-again'] ? { pageAskedAgain: 'at-once' as const } : {}),
    ...(mode === undefined ? {} : { tokenStored: mode }),
    ...(values['always-flip'] ? { newOnHeld: 'always-flips' as const } : {}),
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!/^\d{1,9}$/.test(text)) throw new WrongUse(`${name} needs a whole number, not ${text}.`)
  return number
}
