import { expect } from 'vitest'
import { writeNotes } from '../../src/sync/facts.ts'
import type { SyncReport } from '../../src/simulator/device.ts'
import { openHouse, type House, type HouseOptions } from './house.ts'
import { koboAt, type HouseKobo } from './kobo-at.ts'
import { makeEpub, type EpubOptions } from './make-epub.ts'

const MINUTE = 60_000

/** An erratum as the API tells of it. */
export type ErratumTold = {
  id: string
  kind: string
  cause: string
  consequence: string
  actions: string[]
  deviceId?: string
  bookId?: string
}

/** A house with one shelf of made-up books, which are put there and taken away by their titles. */
export type Scene = {
  readonly house: House
  /** The id of the shelf. */
  readonly shelf: string
  /** Imports a book without shelving it, and gives its id. Books of the same title and seed have the same bytes. */
  bring(title: string, more?: Partial<EpubOptions>): Promise<string>
  /** Puts books on the shelf, imported at their first mention, and waits until they are prepared. */
  shelve(...titles: string[]): Promise<void>
  /** Takes books off the shelf. */
  unshelve(...titles: string[]): Promise<void>
  /** The id of a book that was brought. */
  id(title: string): string
  /** What needs the owner's eye, newest first. */
  errata(): Promise<ErratumTold[]>
  /** The kinds of that, sorted. */
  questions(): Promise<string[]>
  /** Does what the only erratum of this kind proposes. */
  answer(kind: string, action: string): Promise<void>
  /**
   * Connects a Kobo that makes no calls around the library and turns every downloaded book that is announced again into a
   * placeholder: the worst that is told of real ones.
   */
  kobo(options?: KoboOptions): Promise<HouseKobo>
  /** Such a Kobo after its first syncs and some reading: one of its books is at a place, with a highlight. */
  readingKobo(options?: KoboOptions): Promise<HouseKobo>
  /** One sync, after which the session is over: two minutes pass. */
  sync(kobo: HouseKobo): Promise<SyncReport>
  /** Syncs twice. Fails unless the first brings at most places in books, which follow their downloads, and the second nothing. */
  expectQuiet(kobo: HouseKobo): Promise<void>
  /** Lets so many ms pass, and what waits for a moment to be written is written before. */
  later(ms: number): Promise<void>
  close(): Promise<void>
}

type KoboOptions = NonNullable<Parameters<typeof koboAt>[1]>

/** Opens a house with these books on a shelf called Sofa. The caller closes it. */
export async function openScene(
  titles: string[] = [],
  options: HouseOptions & {
    /** What every book has beside its title. */
    like?: Partial<EpubOptions>
  } = {},
): Promise<Scene> {
  const { like = {}, ...ofHouse } = options
  const house = await openHouse(ofHouse)
  const { id: shelf } = await house.shelf('Sofa')
  const ids = new Map<string, string>()

  async function change(body: { add?: string[]; remove?: string[] }): Promise<void> {
    const { status } = await house.api('POST', `/shelves/${shelf}/books`, body)
    if (status !== 200) throw new Error(`The shelf could not be changed: ${status}.`)
    await house.settled()
  }

  function id(title: string): string {
    const known = ids.get(title)
    if (known === undefined) throw new Error(`Nobody brought “${title}”.`)
    return known
  }

  const scene: Scene = {
    house,
    shelf,
    async bring(title, more = {}) {
      const epub = await makeEpub({ title, authors: ['A. Writer'], seed: title, ...like, ...more })
      const book = await house.addBook(epub)
      ids.set(title, book.id)
      return book.id
    },
    async shelve(...some) {
      for (const title of some) if (!ids.has(title)) await scene.bring(title)
      await change({ add: some.map(id) })
    },
    unshelve: (...some) => change({ remove: some.map(id) }),
    id,
    async errata() {
      return (await house.api<{ items: ErratumTold[] }>('GET', '/errata')).body.items
    },
    questions: async () => (await scene.errata()).map(({ kind }) => kind).sort(),
    async answer(kind, action) {
      const [one, ...others] = (await scene.errata()).filter((each) => each.kind === kind)
      if (!one || others.length > 0) throw new Error(`Not one erratum of kind ${kind} is open.`)
      const { status } = await house.api('POST', `/errata/${one.id}/actions/${action}`)
      if (status !== 204) throw new Error(`The answer “${action}” was refused: ${status}.`)
      await house.settled()
    },
    kobo: (koboOptions = {}) =>
      koboAt(house, {
        ...koboOptions,
        switches: { newOnHeld: 'always-flips', sideCalls: false, ...koboOptions.switches },
      }),
    async readingKobo(koboOptions) {
      const kobo = await scene.kobo(koboOptions)
      await scene.sync(kobo)
      const first = kobo.contents().find((book) => book.downloaded)?.id ?? ''
      kobo.highlight(first, 'a passage worth keeping')
      await kobo.close(first, { percent: 20, minutes: 15 })
      await scene.later(60 * MINUTE)
      await scene.expectQuiet(kobo)
      return kobo
    },
    async sync(kobo) {
      const report = await kobo.sync()
      await scene.later(2 * MINUTE)
      return report
    },
    async expectQuiet(kobo) {
      const first = await scene.sync(kobo)
      const places = first.operations.filter(({ kind }) => kind === 'ChangedReadingState')
      expect(first).toMatchObject({ completed: true, operations: places })
      expect(await scene.sync(kobo)).toMatchObject({ completed: true, operations: [] })
    },
    async later(ms) {
      await writeNotes(house.server.home)
      house.advance(ms)
    },
    close: () => house.close(),
  }
  if (titles.length > 0) await scene.shelve(...titles)
  return scene
}
