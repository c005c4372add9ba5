import { isIPv6 } from 'node:net'
import type { Home } from './home.ts'
import { newFirstCode } from './people/first-visit.ts'
import { isEverywhere, lanAddresses, publicUrl } from './public-url.ts'

/** Says where the server is found, so that somebody who just started it knows what to type. */
export function tellAddresses({ config, log }: Home): string[] {
  const lan = lanAddresses()
  const addresses =
    config.publicUrl === null && isEverywhere(config.host) && lan.length > 0
      ? lan.map((address) => `http://${address}:${config.port}`)
      : [
          config.publicUrl ??
            publicUrl(config, { address: config.host, port: config.port }, undefined),
        ]
  log.info({ addresses }, `Holdfast is open at ${addresses.join(' and ')}.`)
  return addresses
}

/** While nobody owns the server: a link with a code, for whoever can read its log. */
export async function tellFirstCode(home: Home, addresses: readonly string[]): Promise<void> {
  const code = await newFirstCode(home)
  if (code === undefined) return
  const links = addresses.map((address) => `${address}/first-visit?code=${code}`)
  home.log.info(
    `Nobody owns this server yet. Make your account at ${links.join(' or ')}: the code is good for fifteen minutes, and once.`,
  )
}

/** How an address of this machine is written where somebody types it. */
export function readable(host: string): string {
  if (isEverywhere(host)) return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}
