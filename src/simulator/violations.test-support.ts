import { newBook } from './fake-books.test-support.ts'
import { tokenOf, type FakeServer, type Twist } from './fake-server.test-support.ts'
import { newKobo } from './new-kobo.test-support.ts'
import { kobosOf } from './kobos-of.test-support.ts'

/** Lets Kobos of a test sync with its server and hears which rules that broke. `discardAll` ends them. */
export function violationsOf(server: () => FakeServer): Pick<
  ReturnType<typeof kobosOf>,
  'made' | 'discardAll'
> & {
  /** The broken rules of one sync of a new Kobo. */
  syncOnce: () => Promise<string[]>
  /** The same, of a Kobo that takes a book of 12 bytes while the answers at a path are twisted. */
  syncTwisted: (path: string, twist: Twist) => Promise<string[]>
} {
  const { made, discardAll } = kobosOf(server)

  async function syncOnce(): Promise<string[]> {
    const one = newKobo(server())
    made.push(one)
    return (await one.kobo.sync()).violations
  }

  return {
    made,
    discardAll,
    syncOnce,
    async syncTwisted(path, twist) {
      const fake = server()
      fake.pages.push({
        operations: [
          newBook(fake, 'b1', 'Alice12', { file: Buffer.from('PK\u0003\u0004 a book.') }),
        ],
        token: tokenOf(1),
      })
      fake.twists.set(path, twist)
      return await syncOnce()
    },
  }
}
