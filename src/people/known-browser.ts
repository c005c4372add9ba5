import { createHmac } from 'node:crypto'
import type { Home } from '../home.ts'
import type { Person } from './person.ts'
import { same } from './same.ts'

/**
 * What a browser keeps after somebody signed in with it. It opens nothing. When strangers try the passwords of that person from many
 * places at once, the person is heard beside them and not behind them.
 */
export function knownBrowser(home: Home, person: Person): string {
  const name = home.random(12).toString('base64url')
  return `${name}.${macOf(home, person, name)}`
}

/** The name of a browser that this person signed in with; undefined for anything that was not given to one. */
export function browserKnownTo(
  home: Home,
  person: Person,
  value: string | undefined,
): string | undefined {
  const [, name = '', mac = ''] = /^([\w-]{16})\.([\w-]{43})$/.exec(value ?? '') ?? []
  return name !== '' && same(mac, macOf(home, person, name)) ? name : undefined
}

function macOf(home: Home, person: Person, name: string): string {
  return createHmac('sha256', home.key)
    .update(`holdfast known browser\n${person.id}\n${name}`)
    .digest('base64url')
}
