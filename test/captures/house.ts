import { createHash } from 'node:crypto'
import { openHouse, type House } from '../support/house.ts'
import { sendAsDevice } from '../support/device-request.ts'
import { bookFile, type BookName } from './books.ts'

/** The house in which every capture begins, with three books, of which two stand on the shelf that the Kobo carries. */
export type CaptureHouse = {
  house: House
  /** The secret of the Kobo's address. */
  secret: string
  /** Ids of the books. */
  books: Record<BookName, string>
  /** Does something in the house that is no call of the Kobo. */
  act(name: string): Promise<void>
  /** Randomness begins anew: what follows does not depend on how often it was asked before. */
  seed(text: string): void
}

export const PUBLIC_URL = 'https://books.example.org'

/** Opens it. The caller closes `house`. */
export async function openCaptureHouse(): Promise<CaptureHouse> {
  const random = repeatable()
  const house = await openHouse({ publicUrl: PUBLIC_URL, random: random.bytes })
  const ids = new Map<BookName, string>()
  for (const name of ['emma', 'kokoro', 'beowulf'] as const) {
    house.advance(1000)
    ids.set(name, (await house.addBook(bookFile(name))).id)
  }
  const books = { emma: idOf('emma'), kokoro: idOf('kokoro'), beowulf: idOf('beowulf') }
  const shelf = await house.shelf('Reading')
  for (const name of ['emma', 'kokoro'] as const) await shelve(name)
  await house.settled()
  random.seed('pairing')
  const { id: device, syncUrl } = await house.device('Kobo')
  await house.settled()

  function idOf(name: string): string {
    return ids.get(name as BookName) ?? ''
  }

  async function shelve(name: string): Promise<void> {
    house.advance(1000)
    await ok(house.api('PUT', `/shelves/${shelf.id}/books/${idOf(name)}`))
    await house.settled()
  }

  const acts: Record<string, (name: string) => Promise<void>> = {
    shelve,
    unshelve: (name) => ok(house.api('DELETE', `/shelves/${shelf.id}/books/${idOf(name)}`)),
    async rename(name) {
      await ok(house.api('PATCH', `/books/${idOf(name)}`, { title: `${name}, once more` }))
    },
    async 'read elsewhere'(name) {
      const other = await house.device('Another Kobo')
      const path = new URL(other.syncUrl).pathname
      await ok(
        sendAsDevice(house.url, {
          method: 'PUT',
          path: `${path}/v1/library/${idOf(name)}/state`,
          headers: { 'x-kobo-deviceid': 'cd'.repeat(32), 'Content-Type': 'application/json' },
          body: JSON.stringify(readElsewhere(idOf(name))),
        }),
      )
    },
    async wait(minutes) {
      house.advance(Number(minutes) * 60_000)
    },
    revoke: () => ok(house.api('DELETE', `/devices/${device}`)),
  }

  return {
    house,
    secret: new URL(syncUrl).pathname.split('/').at(-1) ?? '',
    books,
    async act(text) {
      const [name = '', what = ''] = text.split(': ')
      const act = acts[name]
      if (!act) throw new Error(`Nobody knows how to “${text}”.`)
      await act(what)
    },
    seed: random.seed,
  }
}

function readElsewhere(id: string): object {
  const LastModified = '2026-09-01T11:58:30Z'
  return {
    ReadingStates: [
      {
        EntitlementId: id,
        Created: '2026-09-01T11:00:00Z',
        LastModified,
        StatusInfo: { LastModified, Status: 'Reading', TimesStartedReading: 1 },
        Statistics: { LastModified, SpentReadingMinutes: 41, RemainingTimeMinutes: 203 },
        CurrentBookmark: {
          LastModified,
          ProgressPercent: 32.87,
          ContentSourceProgressPercent: 0,
          Location: { Value: 'kobo.1.1', Type: 'KoboSpan', Source: 'OEBPS/one.xhtml' },
        },
      },
    ],
  }
}

/** Bytes that are the same for the same seed and the same number of times asked since. */
function repeatable() {
  let seed = 'house'
  let asked = 0
  return {
    seed(this: void, text: string) {
      seed = text
      asked = 0
    },
    bytes(this: void, count: number): Buffer {
      asked += 1
      const block = (n: number) => createHash('sha256').update(`${seed} ${asked} ${n}`).digest()
      return Buffer.concat(
        Array.from({ length: Math.ceil(count / 32) }, (_, n) => block(n)),
      ).subarray(0, count)
    },
  }
}

async function ok(answer: Promise<{ status: number }>): Promise<void> {
  const { status } = await answer
  if (status > 299) throw new Error(`The house answered ${status}.`)
}
