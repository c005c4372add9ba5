import { parseArgs } from 'node:util'
import type { Home } from '../home.ts'
import { readContents, type Content } from '../sync/contents.ts'
import type { Place } from '../sync/contents.store.ts'
import { STATUSES, type Status } from '../sync/status.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { deviceNamed } from './device-named.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** How many books are read at once. */
const PART = 200

/** `device contents DEVICE`: what a Kobo holds, as far as the ledger can tell. */
export async function deviceContents(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      status: { type: 'string', multiple: true },
    },
  })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new WrongUse('This command needs one device: its id or its name.')
  const statuses = values.status?.flatMap((text) => text.split(',')).map(statusNamed)
  const items = await withHome(io, (home) => everything(home, name, statuses))
  if (values.json) io.out(JSON.stringify({ items }))
  else if (items.length === 0) io.out('No books.')
  else for (const item of items) io.out(paragraph(item))
  return 0
}

async function everything(
  home: Home,
  name: string,
  statuses: Status[] | undefined,
): Promise<Content[]> {
  const device = await deviceNamed(home.db.read, name)
  const tell = tellTimes(home.now(), machineTimeZone())
  const items: Content[] = []
  for (let after: Place | undefined; ;) {
    const part = await readContents(home.db.read, device, { limit: PART, after, statuses }, tell)
    items.push(...part.items)
    if (!part.next) return items
    after = part.next
  }
}

function statusNamed(text: string): Status {
  const status = STATUSES.find((each) => each === text)
  if (!status) throw new WrongUse(`“${text}” is no status. There are: ${STATUSES.join(', ')}.`)
  return status
}

function paragraph({ bookId, title, status, sentence }: Content): string {
  return `${status.padEnd(LONGEST)}  ${title}  ${bookId}\n${' '.repeat(LONGEST)}  ${sentence}`
}

const LONGEST = Math.max(...STATUSES.map((status) => status.length))
