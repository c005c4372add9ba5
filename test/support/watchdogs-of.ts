import { expect } from 'vitest'
import { parseFault } from '../../src/simulator/faults.ts'
import { makeEpub } from './make-epub.ts'
import type { HouseKobo } from './kobo-at.ts'
import type { BookTold, House } from './house.ts'
import type { ErratumTold } from './scene.ts'

const MINUTE = 60_000

/** What tests of watchdogs do with a house: let things go wrong in it, and look at what is told of that. */
export function watchdogsOf(house: () => House): {
  /** What needs the owner's eye, newest first. */
  errata: () => Promise<ErratumTold[]>
  /** The kinds of that. */
  kinds: () => Promise<string[]>
  /** Does what the newest erratum proposes under this name. */
  act: (name: string) => Promise<void>
  /** Dismisses the newest erratum. */
  dismiss: () => Promise<void>
  /** A book on the shelf. */
  smallBook: (title: string) => Promise<BookTold>
  /** Puts a book on the shelf and waits until it is prepared. */
  shelved: (book: BookTold) => Promise<BookTold>
  /** Lets the Kobo sync two minutes after whatever was before, with a fault as the command of the simulator names it. */
  later: (kobo: HouseKobo, fault?: string) => Promise<void>
} {
  async function errata(): Promise<ErratumTold[]> {
    return (await house().api<{ items: ErratumTold[] }>('GET', '/errata')).body.items
  }

  const kinds = async () => (await errata()).map(({ kind }) => kind)

  async function act(name: string): Promise<void> {
    const [erratum] = await errata()
    const done = await house().api('POST', `/errata/${erratum?.id}/actions/${name}`)
    expect(done.status).toBe(204)
  }

  async function dismiss(): Promise<void> {
    const [erratum] = await errata()
    const done = await house().api('POST', `/errata/${erratum?.id}/dismiss`, { reason: 'I know.' })
    expect(done.status).toBe(204)
  }

  async function smallBook(title: string): Promise<BookTold> {
    return shelved(await house().addBook(await makeEpub({ title })))
  }

  async function shelved(book: BookTold): Promise<BookTold> {
    await house().shelf('Sofa', [book.id])
    await house().settled()
    return book
  }

  async function later(kobo: HouseKobo, fault?: string): Promise<void> {
    house().advance(2 * MINUTE)
    await kobo.sync(fault === undefined ? {} : { faults: parseFault(fault, Math.random)() })
  }

  return { errata, kinds, act, dismiss, smallBook, shelved, later }
}
