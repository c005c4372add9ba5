import { Hono } from 'hono'
import { sql } from 'kysely'
import type { Home } from './home.ts'

/** `GET /healthz`: 200 after a real query, 503 when the database does not answer. */
export function healthRoutes(home: Home): Hono {
  const app = new Hono()
  app.get('/healthz', async (c) => {
    try {
      await sql`select 1 from setting`.execute(home.db.read)
      return c.json({ status: 'ok' })
    } catch (error) {
      home.log.error({ err: error }, 'The database does not answer.')
      return c.json({ status: 'unavailable' }, 503)
    }
  })
  return app
}
