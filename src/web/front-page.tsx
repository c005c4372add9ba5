import { Layout } from './layout.tsx'
import { link } from './paths.ts'

/** The first page: what Holdfast is, and the way in. `isOwned`: somebody made the account of the owner. */
export function FrontPage({ root, isOwned }: { root: string; isOwned: boolean }) {
  return (
    <Layout title="Holdfast" root={root}>
      <div class="front">
        <h1>Holdfast</h1>
        <p class="lead">
          A book server of your own for Kobo readers. It knows what each of them really holds.
        </p>
        <p class="go">
          {isOwned ? (
            <a class="button first" href={link(root, 'signIn')}>
              Sign in
            </a>
          ) : (
            <a class="button first" href={link(root, 'firstVisit')}>
              First visit
            </a>
          )}
        </p>
        {isOwned ? (
          <p>
            Books arrive over Wi-Fi, as if they had been bought. What is lost on the way is sent
            again, a second Kobo gets what it should carry, and a book that a reader removes stays
            off that Kobo until it is wanted back.
          </p>
        ) : (
          <Beginning />
        )}
      </div>
    </Layout>
  )
}

function Beginning() {
  return (
    <>
      <h2 class="label">How it begins</h2>
      <ol class="steps">
        <li>
          Make an account for yourself. The log of the server has a link, which is good for fifteen
          minutes and once.
        </li>
        <li>Drop books on the library, or put EPUB files into the inbox folder.</li>
        <li>Put some of them on a shelf: a shelf is what a Kobo takes along.</li>
        <li>Connect a Kobo, and press Sync on it.</li>
      </ol>
    </>
  )
}
