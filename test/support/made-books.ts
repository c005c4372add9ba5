import type { BookTold, House } from './house.ts'
import { makeEpub } from './make-epub.ts'

/** What adds made-up books to the house of a test. */
export function booksOf(house: () => House): {
  /** A book of Jane Austen's. */
  book: (title: string) => Promise<BookTold>
  /** A shelf of books with descriptions so long that ten of them fill a page. */
  longShelf: (books: number) => Promise<void>
} {
  return {
    async book(title) {
      return house().addBook(await makeEpub({ title, authors: ['Jane Austen'] }))
    },
    async longShelf(books) {
      const story = 'It is a truth universally acknowledged. '.repeat(480)
      const ids: string[] = []
      for (let n = 0; n < books; n++) {
        const extraMetadata = `<dc:description>${story}</dc:description>`
        ids.push((await house().addBook(await makeEpub({ title: `Book ${n}`, extraMetadata }))).id)
      }
      await house().shelf('Everything', ids)
      await house().settled()
    },
  }
}
