import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'

/** A reader that only syncs: one connection that is kept, and the newest token. */
export type Reader = {
  /** What a sync begins with (docs/protocol/first-contact.md). */
  opener(): Promise<void>
  /** Syncs until there is nothing to continue. Answers the operations and the time from first request to last byte, in ms. */
  sync(): Promise<{ operations: number; pages: number; ms: number }>
  /** The token that the next sync returns. */
  token(): string | undefined
  close(): void
}

const MOST_PAGES = 10_000

/** A reader for this address, named like a Kobo; another `number` is another Kobo. */
export function openReader(syncUrl: string, number = 0): Reader {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = {
    'user-agent': 'Mozilla/5.0 (Linux; U; Android 2.0; en-us;) AppleWebKit/538.1',
    'x-kobo-deviceid': `00000000000000000000000000000000000000000000000000000${String(number).padStart(6, '0')}be7c4`,
    'x-kobo-devicemodel': 'Kobo Libra 2',
    'x-kobo-deviceos': '4.1.15',
    'x-kobo-deviceosversion': 'NA',
    'x-kobo-platformid': '00000000-0000-0000-0000-000000000388',
    'x-kobo-appversion': '4.38.23171',
  }
  let token: string | undefined
  const ask = (path: string) =>
    get(agent, `${syncUrl}${path}`, { ...headers, ...(token && { 'x-kobo-synctoken': token }) })
  return {
    async opener() {
      await ask('/v1/user/profile')
    },
    async sync() {
      let operations = 0
      const began = performance.now()
      for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
        const answer = await ask('/v1/library/sync?Filter=ALL&PrioritizeRecentReads=true')
        token = z.string().parse(answer.headers['x-kobo-synctoken'])
        operations += z.array(z.unknown()).parse(JSON.parse(answer.body)).length
        if (answer.headers['x-kobo-sync'] !== 'continue')
          return { operations, pages, ms: performance.now() - began }
      }
      throw new Error('The sync does not end.')
    },
    token: () => token,
    close: () => agent.destroy(),
  }
}

/** One GET. Anything but 200 is an error. */
function get(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve({ headers: response.headers, body })
        else reject(new Error(`A sync was answered ${response.statusCode}: ${body.slice(0, 200)}`))
      })
    })
      .on('error', reject)
      .end()
  })
}
