import { parseArgs } from 'node:util'
import { firstLight } from './first-light.ts'
import { lives } from './lives.ts'
import { tableOf, type Figure } from './table.ts'

/** How big a bench is. */
export type Size = { books: number; more: number; lives: number }

/** What can be measured, by name. Each answers its figures with their goals. */
const BENCHES: Record<string, (size: Size, say: (line: string) => void) => Promise<Figure[]>> = {
  'first-light': firstLight,
  lives: ({ lives: count }, say) => lives(count, say),
}

const USAGE = `bin/bench [NAME] [--books N] [--more N] [--lives N]
NAME is one of: ${Object.keys(BENCHES).join(', ')} (first-light when none is given).
  --books N  how many books there are at first (1000)
  --more N   how many are added later (9000)
  --lives N  for lives: how many random lives of a device in each token mode (20000)
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
  return 0
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
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [name = 'first-light', ...rest] = positionals
  const known = Object.keys(values).every((key) => ['books', 'more', 'lives', 'help'].includes(key))
  const size = { books: count(values.books), more: count(values.more), lives: count(values.lives) }
  const isFine = known && rest.length === 0 && size.books >= 1 && size.more >= 0 && size.lives >= 1
  return { name, size: isFine ? size : undefined, help: values.help === true }
}

/** A number of books, or NaN. */
function count(text: unknown): number {
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
}
