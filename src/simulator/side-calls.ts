import { violate, type Session } from './device.ts'
import { presentBooks } from './library.ts'
import { readingRoot } from './resources.ts'
import { uuidFrom } from './random.ts'
import { anyObject, isRecord } from './validate/shape.ts'
import { mayContact, sendJson } from './wire.ts'

/** The calls about the account, before the library sync, in a device's order (docs/protocol/sequences.md). */
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
  if (!device.switches.sideCalls) return
  const root = readingRoot(device)
  if (root !== undefined && mayContact(session, root, 'Resources.reading_services_host')) {
    await sendJson(session, {
      method: 'GET',
      to: `${root}/api/UserStorage/Metadata`,
      kind: 'reading',
    })
  }
  await get(session, '/v1/user/wishlist?PageSize=100&PageIndex=0')
  await get(session, '/v1/user/recommendations?page_index=0&page_size=50&Filters=%7B%7D')
  await postEvent(session)
  const present = new Set(presentBooks(device.db).map((row) => row.id))
  for (const id of report.downloaded) {
    if (present.has(id)) await get(session, `/v1/products/${id}/nextread`)
  }
}

async function get(session: Session, to: string): Promise<unknown> {
  return (await sendJson(session, { method: 'GET', to })).json
}

/** Devices use this call to see whether they are connected. */
async function askForTests(session: Session): Promise<void> {
  const { switches, serial } = session.device
  const { at, json } = await sendJson(session, {
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
  violate(session, at, anyObject(json, 'the body'))
}

async function postEvent(session: Session): Promise<void> {
  const { switches, serial, random, now } = session.device
  await sendJson(session, {
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
