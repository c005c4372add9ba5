import type { SyncReport } from './device.ts'
import { counted } from './diary.ts'
import { openKobo, type Kobo } from './kobo.ts'
import { listSwitches } from './switch-words.ts'
import { replay, tellReplay, type Replayed } from './replay.ts'
import { walk } from './walk.ts'
import { readWishes, USAGE, type Wishes } from './wishes.ts'
import { WrongUse } from './wrong-use.ts'

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
    if (wishes.listSwitches) {
      for (const line of listSwitches()) io.out(line)
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
    const bundle = wishes.replay
    if (bundle) {
      const replayed = await replay(opened, bundle, wishes.faults())
      return conclude(opened, [replayed.report], { ...wishes, replayed }, io)
    }
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
  befall(kobo, wishes)
  reports.push(...(await live(kobo, wishes)))
  for (let n = 0; n < wishes.syncs; n += 1)
    reports.push(await kobo.sync({ faults: wishes.faults() }))
  if (wishes.downloadAll) reports.push(await kobo.downloadAll({ faults: wishes.faults() }))
  lose(kobo, wishes)
  return reports
}

/** What goes after the device spoke to its server last, so that nothing it says tells of it. */
function lose(kobo: Kobo, wishes: Wishes): void {
  const lost = kobo.loseRows(wishes.lose)
  if (lost.length > 0)
    kobo.note(`The Kobo loses ${counted(lost.length, 'row')}: ${lost.join(', ')}.`)
}

/** What befell the device since it was last here. */
function befall(kobo: Kobo, wishes: Wishes): void {
  if (wishes.firmwareUpdate !== undefined) kobo.updateFirmware(wishes.firmwareUpdate)
  if (wishes.factoryReset) kobo.factoryReset()
  if (wishes.swap) kobo.swap()
  if (wishes.signOut) kobo.signOut()
  if (wishes.wipe) kobo.wipeLibrary()
  if (wishes.loseToken) kobo.loseToken()
  if (wishes.storeToken) kobo.takeStoreToken()
  for (const book of wishes.deleteFile) kobo.deleteFile(find(kobo, book))
}

/** What its reader did. */
async function live(kobo: Kobo, wishes: Wishes): Promise<SyncReport[]> {
  const reports: SyncReport[] = []
  if (wishes.offline) kobo.goOffline()
  for (const book of wishes.removeDownload) kobo.removeDownload(find(kobo, book))
  for (const book of wishes.open) reports.push(await kobo.open(find(kobo, book)))
  for (const { book, text } of wishes.highlight) kobo.highlight(find(kobo, book), text)
  for (const { book, percent } of wishes.read) {
    reports.push(await kobo.close(find(kobo, book), { percent }))
  }
  for (const book of wishes.finish) reports.push(await kobo.finish(find(kobo, book)))
  for (const book of wishes.delete) kobo.remove(find(kobo, book))
  kobo.goOnline()
  return reports
}

function conclude(
  kobo: Kobo,
  reports: SyncReport[],
  { replayed, ...wishes }: Wishes & { replayed?: Replayed },
  io: { out: (line: string) => void },
): number {
  const contents = kobo.contents()
  const broken = reports.filter((report) => !report.completed).length
  if (wishes.json) {
    const differences = replayed && { missing: replayed.missing, extra: replayed.extra }
    const told = { reports, contents, violations: kobo.violations, ...differences }
    io.out(JSON.stringify(told, null, 2))
  } else {
    if (replayed) for (const line of tellReplay(replayed)) io.out(line)
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
