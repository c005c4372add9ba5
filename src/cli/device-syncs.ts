import { parseArgs } from 'node:util'
import { readBundle, readDiary, type ToldSync } from '../diary/diary.ts'
import { Problem } from '../problem.ts'
import { tellTimes, type TellTime } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { deviceNamed } from './device-named.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** How many syncs are told when nothing else is said. */
const USUAL = 20

/** `device syncs DEVICE`: the diary of a Kobo, its newest syncs first; with --bundle what one of them left in the log. */
export async function deviceSyncs(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      limit: { type: 'string' },
      bundle: { type: 'string' },
    },
  })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new WrongUse('This command needs one device: its id or its name.')
  const limit = values.limit === undefined ? USUAL : Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new WrongUse('--limit takes a number from 1 to 1000.')
  await withHome(io, async (home) => {
    const device = await deviceNamed(home.db.read, name)
    if (values.bundle !== undefined) {
      const bundle = await readBundle(home.db.read, device, values.bundle)
      if (!bundle) throw new Problem('not_found', 'This Kobo has no sync with that id.')
      io.out(JSON.stringify(bundle))
      return
    }
    const now = home.now()
    const tell = tellTimes(now, machineTimeZone())
    const { items } = await readDiary(home.db.read, device, { limit }, tell, now)
    if (values.json) io.out(JSON.stringify({ items }))
    else if (items.length === 0) io.out('No syncs.')
    else for (const item of items) io.out(paragraph(item, tell))
  })
  return 0
}

function paragraph(
  { id, startedAt, endedAt, complete, sentences }: ToldSync,
  tell: TellTime,
): string {
  const state = endedAt === null ? ', may go on' : complete ? '' : ', not complete'
  return [`${tell(startedAt)}  (${id}${state})`, ...sentences.map((words) => `  ${words}`)].join(
    '\n',
  )
}
