import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { answerHeaders } from './answer-headers.ts'
import type { App } from './app.ts'
import type { Config } from './config.ts'
import { requestPath } from './kobo/request-path.ts'

/** What answers while a server opens its library: 503 to everything, with the headers that every answer has. */
export function openStarting(config: Config): App {
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>({ getPath: requestPath })
  app.use('*', answerHeaders({ config }))
  app.all('*', (c) => c.text('Holdfast is starting.', 503, { 'retry-after': '1' }))
  return app
}
