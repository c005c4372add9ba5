import { ask } from './ask.ts'
import { violate, type Session } from './device.ts'
import { presentBooks } from './library.ts'
import { readingRoot } from './resources.ts'
import { uuidFrom } from './random.ts'
import { isRecord } from './validate/shape.ts'
import { mayContact } from './may-contact.ts'

/** The calls about the account, before the library sync, in a device's order (docs/protocol/README.md). */
export async function callsBefore(session: Session): Promise<void> {
  await get(session, '/v1/user/profile')
  if (session.device.switches.sideCalls) {
    await get(session, '/v1/user/loyalty/benefits')
    await get(session, '/v1/products/books/subscriptions')
    const deals = await get(session, '/v1/deals')
    if (isRecord(deals) && Array.isArray(deals['Deals']) && deals['Deals'].length > 0) {
      await get(session, `/v1/assets?DiffRequests=${encodeURIComponent('[]')}`)
    }
  }
  await askForTests(session)
}

/** Notebooks, the pages of the shop and the device's own report, after the library. */
export async function callsAfter(session: Session): Promise<void> {
  const { device, report } = session
  const { switches, db } = device
  if (!switches.sideCalls) return
  const root = readingRoot(device)
  if (root !== undefined && mayContact(session, root, 'Resources.reading_services_host')) {
    await ask(session, { method: 'GET', to: `${root}/api/UserStorage/Metadata`, kind: 'reading' })
  }
  await get(session, '/v1/user/wishlist?PageSize=100&PageIndex=0')
  await get(session, '/v1/user/recommendations?page_index=0&page_size=50&Filters=%7B%7D')
  const present = new Set(presentBooks(db).map((row) => row.id))
  const fetched = report.downloaded.filter((id) => present.has(id))
  const [first] = fetched
  if (first !== undefined) await askAbout(session, first)
  await postEvent(session)
  for (const id of fetched) await get(session, `/v1/products/${id}/nextread`)
  if (switches.unknownCalls) await callTheUnknown(session)
}

/** What the page of one book in the shop asks. */
async function askAbout(session: Session, id: string): Promise<void> {
  await get(session, `/v1/products/${id}/prices`)
  await get(session, `/v1/products/${id}/recommendations?page_index=0&page_size=5`)
  await get(session, `/v1/products/${id}/reviews?page_index=0`)
  await get(session, '/v1/products/featured/')
  if (session.device.switches.shopCalls === 'v1') return
  await get(session, `/v2/products/itemDetailById/Book/${id}`)
  await get(session, `/v2/products/itemStateById/Book/${id}`)
  await get(session, '/v2/products/list/featured')
}

/** Calls of a firmware that is not out yet. */
async function callTheUnknown(session: Session): Promise<void> {
  const id = uuidFrom(session.device.random)
  await get(session, `/v1/unheard/of/${id}?deeply=true`)
  await ask(session, { method: 'PATCH', to: `/v1/user/unheard/${id}`, json: { Of: id } })
  await ask(session, { method: 'POST', to: `/v3/books/${id}/unheard`, json: [] })
}

async function get(session: Session, to: string): Promise<unknown> {
  return (await ask(session, { method: 'GET', to })).json
}

/** Devices use this call to see whether they are connected. */
async function askForTests(session: Session): Promise<void> {
  const { switches, serial } = session.device
  const { at, json } = await ask(session, {
    method: 'POST',
    to: '/v1/analytics/gettests',
    json: {
      AffiliateName: 'Kobo',
      ApplicationVersion: switches.firmware,
      PlatformId: switches.platformId,
      SerialNumber: serial,
      TestKey: serial,
    },
  })
  const key: unknown = isRecord(json) ? json['TestKey'] : undefined
  if (typeof key === 'string' && key !== serial)
    violate(session, at, ['TestKey must be the one of the request'])
}

async function postEvent(session: Session): Promise<void> {
  const { switches, serial, random, now } = session.device
  await ask(session, {
    method: 'POST',
    to: '/v1/analytics/event',
    json: {
      AffiliateName: 'Kobo',
      ApplicationVersion: switches.firmware,
      PlatformId: switches.platformId,
      SerialNumber: serial,
      Events: [
        {
          Id: uuidFrom(random),
          EventType: 'Sync',
          Timestamp: new Date(now()).toISOString(),
          Attributes: {},
          Metrics: {},
        },
      ],
    },
  })
}
