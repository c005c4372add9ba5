import type { Config } from '../../config.ts'
import type { Home } from '../../home.ts'
import { version } from '../../version.ts'
import { bytesInWords } from '../../bytes-in-words.ts'
import { Layout } from '../layout.tsx'
import { counted, told } from '../told.ts'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { diskOf, type Disk } from './disk.ts'
import { figuresOf, type Figures } from './figures.store.ts'

/** What this server is, what it is made with, and how it is. */
export function showColophon(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const figures = await figuresOf(home.db.read)
    const disk = await diskOf(home.config)
    return c.html(<ColophonPage {...{ visit, figures, disk }} config={home.config} />)
  }
}

function ColophonPage(props: { visit: Visit; figures: Figures; disk: Disk; config: Config }) {
  const { visit, figures, disk, config } = props
  const { books, bookBytes, deleted, artifacts, artifactBytes, preparing, failed } = figures
  return (
    <Layout title="Colophon" root={visit.root} visit={visit} here="colophon">
      <h1>Colophon</h1>
      <p class="lead">
        Holdfast {version()}. A book server of your own for Kobo readers, which knows what each of
        them really holds.
      </p>
      <section aria-labelledby="health">
        <h2 id="health">How it is</h2>
        <dl>
          <dt>Health</dt>
          <dd>
            The database answers.{' '}
            {visit.errata === 0 ? (
              'No errata.'
            ) : (
              <a class="stamp" href={link(visit.root, 'errata')}>
                {visit.errata === 1 ? 'One erratum' : `${visit.errata} errata`}
              </a>
            )}
          </dd>
          <dt>Being prepared</dt>
          <dd>
            {preparing === 0 ? 'Nothing waits.' : `${counted(preparing, 'book')}.`}
            {failed > 0 && (
              <span class="stamp"> {counted(failed, 'book')} could not be prepared.</span>
            )}
          </dd>
        </dl>
      </section>
      <section aria-labelledby="storage">
        <h2 id="storage">Storage</h2>
        <dl>
          <dt>Library</dt>
          <dd>
            {counted(books, 'book')}, {bytesInWords(bookBytes)}
            {deleted > 0 && `; ${told(deleted)} more were deleted and can come back`}
          </dd>
          <dt>For Kobos</dt>
          <dd>
            {counted(artifacts, 'prepared file')}, {bytesInWords(artifactBytes)}
          </dd>
          <dt>Database</dt>
          <dd>{bytesInWords(disk.database)}</dd>
          <dt>Free</dt>
          <dd>{bytesInWords(disk.free)}</dd>
          {visit.person.owner && (
            <>
              <dt>Folder</dt>
              <dd>
                <code>{config.dataDir}</code>
              </dd>
              <dt>Inbox</dt>
              <dd>
                <code>{config.inbox}</code>
              </dd>
            </>
          )}
        </dl>
      </section>
      <section aria-labelledby="made">
        <h2 id="made">What it is made with</h2>
        <p>
          Holdfast is free software under the MIT licence. Pages are set in <em>Newsreader</em> and,
          for small capitals, <em>Spectral</em>, both by Production Type, under the SIL Open Font
          License 1.1. It stands on the work of others:
        </p>
        <ul class="made">
          {MADE_WITH.map(([licence, what]) => (
            <li>
              {what} <span class="soft">{licence}</span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="keys">
          <dt>/</dt>
          <dd>Search</dd>
          <dt>g, then l, s, d, e or c</dt>
          <dd>Go to Library, Shelves, Devices, Errata or Colophon</dd>
          <dt>j and k</dt>
          <dd>To the next book, and to the one before</dd>
          <dt>?</dt>
          <dd>This list</dd>
        </dl>
      </section>
    </Layout>
  )
}

/** What runs, by licence (docs/decisions/0005-dependencies.md says what for). */
const MADE_WITH = [
  ['public domain', 'SQLite'],
  [
    'MIT',
    'better-sqlite3, Kysely, Hono, zod, busboy, yauzl, parse5, file-type, sanitize-html, chokidar, argon2, piscina, pino',
  ],
  ['Apache-2.0', 'sharp, and SQLite for browsers'],
  ['LGPL-3.0', 'libvips'],
  ['BSD-2-Clause', 'entities'],
  ['ISC', 'saxes'],
] as const
