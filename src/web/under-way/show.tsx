import { Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { failedInWords, importsInWords, preparationInWords } from './ribbon.tsx'

/** What the server does just now: books that come in, and books that are prepared. */
export function showUnderWay(): Page {
  return (c) => c.html(<UnderWayPage visit={c.var.visit} />)
}

function UnderWayPage({ visit }: { visit: Visit }) {
  const { root, underWay } = visit
  const { imports, preparation } = underWay
  return (
    <Layout title="Under way" root={root} visit={visit} here="books">
      <h1>Under way</h1>
      {!imports && !preparation && (
        <p class="lead">Nothing. Everything that came is in, and everything wanted is prepared.</p>
      )}
      {imports && (
        <section aria-labelledby="imports">
          <h2 id="imports">{importsInWords(imports)}</h2>
          <ul class="entries">
            {imports.names.map((name) => (
              <li>{name}</li>
            ))}
          </ul>
          {imports.failed > 0 && (
            <p>
              <a class="stamp" href={link(root, 'errata')}>
                {failedInWords(imports)}
              </a>
            </p>
          )}
        </section>
      )}
      {preparation && (
        <section aria-labelledby="preparation">
          <h2 id="preparation">{preparationInWords(preparation)}</h2>
          <p>A Kobo is offered a book once its file is ready.</p>
        </section>
      )}
      <p>
        <a class="tall" href={link(root, 'underWay')}>
          Look again
        </a>
      </p>
    </Layout>
  )
}
