import { Layout } from './layout.tsx'
import { link } from './paths.ts'

/** The first page: what Holdfast is, and how to begin. */
export function FrontPage({ root, isOwned }: { root: string; isOwned: boolean }) {
  return (
    <Layout title="Holdfast" root={root}>
      <h1>Holdfast</h1>
      <p class="lead">
        A book server of your own for Kobo readers. It knows what each of them really holds.
      </p>
      <p class="lead">
        {isOwned ? (
          <a href={link(root, 'signIn')}>Sign in</a>
        ) : (
          <a href={link(root, 'firstVisit')}>First visit</a>
        )}
      </p>
      <p>
        Your books arrive over Wi-Fi, as if you had bought them. What is lost on the way is sent
        again, a second Kobo gets what it should carry, and a book that a reader removes stays off
        that Kobo until you want it back.
      </p>
      <h2>To begin</h2>
      <ol>
        <li>
          <p>
            Make an account for yourself: the log of the server has a link, which is good for
            fifteen minutes and once. Or make it on its machine; the password is read from the
            input.
          </p>
          <pre>
            <code>bin/holdfast user add anna --owner --password-stdin</code>
          </pre>
        </li>
        <li>
          <p>Add books: put EPUB files into the inbox folder, or name them.</p>
          <pre>
            <code>bin/holdfast import ~/Books</code>
          </pre>
        </li>
        <li>
          <p>Connect a Kobo. This prints its address once.</p>
          <pre>
            <code>bin/holdfast device add anna "Anna's Libra"</code>
          </pre>
        </li>
        <li>
          <p>
            Plug the Kobo in, open <code>.kobo/Kobo/Kobo eReader.conf</code>, and write the address
            behind <code>api_endpoint=</code>. Unplug it and press Sync.
          </p>
        </li>
      </ol>
      <p>
        A Kobo takes along what stands on a shelf. Shelves are made over the API for now; it
        describes itself at <a href={`${root}api/v1/openapi.json`}>/api/v1/openapi.json</a>.
      </p>
    </Layout>
  )
}
