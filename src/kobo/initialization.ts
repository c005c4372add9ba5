import { coverKey } from '../devices/media-key.ts'
import type { Home } from '../home.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { resourceMap } from './resource-map.ts'
import { koboUrls } from './urls.ts'

/** `GET /v1/initialization`: the whole Resources map (docs/protocol/first-contact.md). */
export function initialization(home: Home): KoboHandler {
  return (c) => {
    const key = coverKey(home.key, c.var.pairing.id)
    const urls = koboUrls(c.var.base, c.var.secret, key)
    return answer({ Resources: resourceMap(urls) }, 200, { 'x-kobo-apitoken': 'e30=' })
  }
}
