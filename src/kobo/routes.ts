import { Hono, type Handler } from 'hono'
import type { Home } from '../home.ts'
import { admit, limitBody, slowStrangers } from './admit.ts'
import { answerError, answerUnknownAddress } from './answer.ts'
import { addDevice, authDevice, authRefresh } from './device-auth.ts'
import { deleteEntitlement } from './entitlement-delete.ts'
import type { KoboEnv, KoboHandler } from './env.ts'
import { initialization } from './initialization.ts'
import { metadata } from './metadata.ts'
import { authorize, discovery, keys, token, userInfo } from './oauth.ts'
import { opener } from './opener.ts'
import {
  checkForChanges,
  notebooks,
  nothing,
  patchAnnotations,
  readAnnotations,
} from './reading-services.ts'
import { rate, reviews } from './ratings.ts'
import { readState, writeState } from './state.ts'
import { getTests, stub, STUBS } from './stubs.ts'
import { addTagItems, createTag, deleteTagged, removeTagItems, renameTagged } from './tags.ts'
import { takeRest } from './take-rest.ts'
import { unknown } from './unknown.ts'
import { COVER_PATHS, DOWNLOAD_PATH } from './urls.ts'
import { watchHeaders } from './watch-headers.ts'

/**
 * Every address below `/kobo/`, in the order in which a Kobo comes to them; mount it at the root. Downloads and covers have keys
 * of their own; everything else has the secret in its path and passes `admit`.
 */
export function koboRoutes(
  home: Home,
  handlers: { librarySync: KoboHandler; download: Handler; cover: Handler },
): Hono<KoboEnv> {
  const app = new Hono<KoboEnv>()
  app.onError((error) => answerError(error, home.log))

  app.use('/kobo/*', watchHeaders(home))
  for (const kind of ['files', 'covers']) app.use(`/kobo/${kind}/*`, slowStrangers(home))
  app.get(DOWNLOAD_PATH, handlers.download)
  for (const path of COVER_PATHS) app.get(path, handlers.cover)

  const kobo = '/kobo/:secret'
  app.use(`${kobo}/*`, limitBody(home), admit(home), takeRest())

  app.post(`${kobo}/v1/auth/device`, authDevice(home))
  app.post(`${kobo}/v1/auth/refresh`, authRefresh(home))
  app.get(`${kobo}/v1/initialization`, initialization(home))

  app.get(`${kobo}/oauth/.well-known/openid-configuration`, discovery())
  app.all(`${kobo}/oauth/auth`, authorize(home))
  app.all(`${kobo}/oauth/jwks`, keys())
  app.all(`${kobo}/oauth/userinfo`, userInfo())
  app.all(`${kobo}/oauth/*`, token(home))

  app.post(`${kobo}/v1/user/add-device`, addDevice(home))
  app.get(`${kobo}/v1/user/profile`, opener(home), stub({}))
  app.post(`${kobo}/v1/analytics/gettests`, opener(home), getTests())

  app.get(`${kobo}/v1/library/sync`, handlers.librarySync)

  app.get(`${kobo}/v1/library/:id/state`, opener(home), readState(home))
  app.put(`${kobo}/v1/library/:id/state`, opener(home), writeState(home))
  app.get(`${kobo}/v1/library/:id/metadata`, metadata(home))

  app.post(`${kobo}/v1/library/tags`, opener(home), createTag(home))
  app.delete(`${kobo}/v1/library/tags`, opener(home), stub({}))
  app.put(`${kobo}/v1/library/tags/:tag`, opener(home), renameTagged(home))
  app.delete(`${kobo}/v1/library/tags/:tag`, opener(home), deleteTagged(home))
  // The Resources map of the store writes Items, and Kobos items.
  const items = `${kobo}/v1/library/tags/:tag/:items{[Ii]tems}`
  app.post(items, opener(home), addTagItems(home))
  app.post(`${items}/delete`, opener(home), removeTagItems(home))

  app.delete(`${kobo}/v1/library/:id`, opener(home), deleteEntitlement(home))

  app.post(`${kobo}/v1/products/:id/rating/:rating`, rate(home))
  app.get(`${kobo}/v1/user/reviews`, reviews(home))

  for (const { method, path, value } of STUBS)
    app.on(methods(method), `${kobo}${path}`, stub(value))
  app.all(`${kobo}/*`, unknown(home))
  app.all('/kobo/*', () => answerUnknownAddress())
  return app
}

/**
 * Addresses at the root of the server, where a Kobo's reading services call: it drops the path, and the secret with it, from
 * their host. Mount it at the root.
 */
export function readingServicesRoutes(home: Home): Hono {
  const app = new Hono()
  app.onError((error) => answerError(error, home.log))
  for (const path of ['/api/v3/*', '/api/UserStorage/*', '/api/internal/*'])
    app.use(path, limitBody(home), takeRest())

  app.post('/api/v3/content/checkforchanges', checkForChanges(home))
  app.patch('/api/v3/content/:id{.+}/annotations', patchAnnotations(home))
  app.get('/api/v3/content/:id{.+}/annotations', readAnnotations(home))
  app.get('/api/UserStorage/Metadata', notebooks())
  app.all('/api/UserStorage/*', nothing({}))
  app.all('/api/internal/*', nothing({ data: [], totalResults: 0 }))
  app.all('/api/v3/*', nothing({}))
  return app
}

function methods(method: 'GET' | 'POST' | 'ALL'): string[] {
  return method === 'ALL' ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : [method]
}
