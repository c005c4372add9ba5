import Sqlite from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { openServer, type Server } from '../../src/server.ts'
import { openHouse, type House } from '../support/house.ts'
import { ask, type Way } from './ask-routes.ts'
import { checkAnswer } from './check-answer.ts'

let house: House
let opening: Promise<Server> | undefined
afterEach(async () => {
  await (await opening)?.close()
  opening = undefined
  await house.close()
})

test.each([
  { publicUrl: null, isTls: false },
  { publicUrl: 'https://books.example', isTls: true },
])(
  'a server that is starting as $publicUrl has no answer whose headers leave anything to wish',
  async ({ publicUrl, isTls }) => {
    house = await openHouse({ publicUrl })
    const { home } = house.server
    await house.server.close()
    // Another program writes, and the server waits for its turn.
    const other = new Sqlite(home.config.database)
    other.exec('begin immediate')
    opening = openServer(home.config, { log: home.log, patience: 30_000 })
    const way: Way = { name: 'while starting', headers: {}, isTls }
    try {
      for (const [method, path] of [
        ['GET', '/'],
        ['HEAD', '/books'],
        ['POST', '/sign-in'],
        ['OPTIONS', '/api/v1/books'],
        ['GET', '/healthz'],
        ['GET', '/public/style.css'],
        ['GET', '/kobo/x/v1/initialization'],
        ['GET', '//kobo/x/v1/library/sync'],
        ['PATCH', '/api/v3/content/x/annotations'],
      ] as const) {
        const answer = await ask(house.url, way, { method, path, call: `${method} ${path}` })
        const told = [path, answer.status, answer.headers.get('retry-after'), checkAnswer(answer)]
        expect(told).toEqual([path, 503, '1', []])
      }
    } finally {
      other.close()
    }
    await opening
    expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
  },
)
