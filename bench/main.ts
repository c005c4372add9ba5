import { parseArgs } from 'node:util'
import { attack } from './attack.ts'
import { audits } from './audit.ts'
import { firstLight } from './first-light.ts'
import { flood } from './flood.ts'
import { fuzz } from './fuzz.ts'
import { headers } from './headers.ts'
import { kepub } from './kepub.ts'
import { kill } from './kill.ts'
import { library } from './library.ts'
import { soak } from './soak.ts'
import { syncs } from './sync.ts'
import { lives } from './lives.ts'
import { tableOf, type Figure } from './table.ts'

/** How big a bench is. */
export type Size = {
  books: number
  more: number
  lives: number
  times: number
  runs: number
  seed: number
  schedules: number
  killed: number
}

/** How many files are dropped at once. */
const FLOOD = 10_000

/** What can be measured, by name. Each answers its figures with their goals. */
const BENCHES: Record<string, (size: Size, say: (line: string) => void) => Promise<Figure[]>> = {
  'first-light': firstLight,
  lives: ({ lives: count }, say) => lives(count, say),
  kill: ({ times }, say) => kill(times, say),
  fuzz,
  flood: (_, say) => flood(FLOOD, say),
  kepub: (_, say) => kepub(say),
  sync: (_, say) => syncs(say),
  audit: (_, say) => audits(say),
  library: (_, say) => library(say),
  soak,
  attack: (_, say) => attack(say),
  headers: (_, say) => headers(say),
}

const USAGE = `bin/bench [NAME] [--books N] [--more N] [--lives N] [--times N] [--runs N] [--seed N]
NAME is one of: ${Object.keys(BENCHES).join(', ')} (first-light when none is given).
  --books N  how many books there are at first (1000)
  --more N   how many are added later (9000)
  --lives N  for lives: how many random lives of a device in each matrix and token mode (20000)
  --times N  for kill: how often the program is killed while it imports (200)
  --runs N   for fuzz: how many spoilt books, and how many spoilt requests (20000)
  --schedules N  for soak: how many random schedules of two Kobos (10000)
  --killed N  for soak: in how many of them the server has a process of its own that is killed, at random instants (0)
  --seed N   for fuzz and soak: the first seed (1); a bad run is repeated with its seed and --runs 1 or --schedules 1, and
             --killed 1 if its server was killed
`

process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  const { name, size, help } = readArguments(argv)
  const bench = size && BENCHES[name]
  if (help || !bench) {
    const out = help ? process.stdout : process.stderr
    out.write(USAGE)
    return help ? 0 : 2
  }
  const figures = await bench(size, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write(tableOf(figures))
  const isFaulty = figures.some(
    ({ must, goal, value }) => must && goal !== undefined && value > goal,
  )
  return isFaulty ? 1 : 0
}

function readArguments(argv: string[]): { name: string; size: Size | undefined; help: boolean } {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    strict: false,
    options: {
      books: { type: 'string', default: '1000' },
      more: { type: 'string', default: '9000' },
      lives: { type: 'string', default: '20000' },
      times: { type: 'string', default: '200' },
      runs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      schedules: { type: 'string', default: '10000' },
      killed: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [name = 'first-light', ...rest] = positionals
  const known = Object.keys(values).every((key) =>
    ['books', 'more', 'lives', 'times', 'runs', 'seed', 'schedules', 'killed', 'help'].includes(
      key,
    ),
  )
  const size = {
    books: count(values.books),
    more: count(values.more),
    lives: count(values.lives),
    times: count(values.times),
    runs: count(values.runs),
    seed: count(values.seed),
    schedules: count(values.schedules),
    killed: count(values.killed),
  }
  const isFine =
    known &&
    rest.length === 0 &&
    [size.more, size.seed, size.killed].every((each) => each >= 0) &&
    size.killed <= size.schedules &&
    [size.books, size.lives, size.times, size.runs, size.schedules].every((each) => each >= 1)
  return { name, size: isFine ? size : undefined, help: values.help === true }
}

/** A number of books, or NaN. */
function count(text: unknown): number {
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}
