import { parseArgs } from 'node:util'
import { issueApiToken } from '../people/api-token.ts'
import { SCOPES, type Scope } from '../people/scope.ts'
import { WrongUse, type Io } from './io.ts'
import { personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `token add USER LABEL`: makes an API token and prints it, once. */
export async function addToken(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      scopes: { type: 'string' },
      days: { type: 'string' },
    },
  })
  const [user, label, ...more] = positionals
  if (user === undefined || label === undefined || more.length > 0)
    throw new WrongUse('This command needs a user and a label.')
  const wish = { label, ...readScopes(values.scopes), days: readDays(values.days) }
  const issued = await withHome(io, async (home) => {
    const person = await personNamed(home, user)
    return issueApiToken(home, { ...wish, person: person.id })
  })
  io.out(values.json ? JSON.stringify(issued) : issued.token)
  return 0
}

function readScopes(text: string | undefined): { scopes?: Scope[] } {
  if (text === undefined) return {}
  const words = text.split(',').map((word) => word.trim())
  const scopes = SCOPES.filter((scope) => words.includes(scope))
  if (scopes.length !== new Set(words).size)
    throw new WrongUse(`--scopes is a list of ${SCOPES.join(', ')}, with commas.`)
  return { scopes }
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new WrongUse('--days is a number of days, 1 to 9999.')
  return Number(text)
}
