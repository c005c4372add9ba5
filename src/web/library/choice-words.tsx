import { link } from '../paths.ts'
import { counted, told } from '../told.ts'
import type { Visit } from '../visit.ts'
import { FILTERS, libraryLink, ORDERS, VIEWS, type Choices } from './choices.ts'

/** The search, which keeps how books are shown. A script searches while somebody types. */
export function Search(props: { visit: Visit; choices: Choices; count: number }) {
  const { visit, choices, count } = props
  return (
    <form method="get" action={link(visit.root, 'books')} role="search" class="search">
      <label for="q" class="unseen">
        Title, author or series
      </label>
      <input
        id="q"
        name="q"
        type="search"
        value={choices.q}
        maxlength={500}
        placeholder={`Search ${count === 1 ? 'one book' : `${told(count)} books`}`}
        autocomplete="off"
        spellcheck={false}
      />
      {choices.view === 'list' && <input type="hidden" name="view" value="list" />}
      <button>Search</button>
    </form>
  )
}

/** Which books, in which order, and how: each a word to follow. */
export function ChoiceWords({ visit, choices }: { visit: Visit; choices: Choices }) {
  const isSearch = choices.q.trim() !== ''
  return (
    <div class="choices">
      {!isSearch && (
        <nav class="words" aria-label="Which books">
          {FILTERS.map(([show, words]) => (
            <a
              href={libraryLink(visit, choices, { show })}
              aria-current={show === choices.show ? 'true' : undefined}
            >
              {words}
            </a>
          ))}
        </nav>
      )}
      <nav class="words" aria-label="How they are shown">
        {!isSearch &&
          choices.show !== 'deleted' &&
          ORDERS.map(([order, words]) => (
            <a
              href={libraryLink(visit, choices, { order })}
              aria-current={order === choices.order ? 'true' : undefined}
            >
              {words}
            </a>
          ))}
        {VIEWS.map(([view, words]) => (
          <a
            href={libraryLink(visit, choices, { view })}
            aria-current={view === choices.view ? 'true' : undefined}
          >
            {words}
          </a>
        ))}
        {choices.choose === undefined ? (
          <a href={libraryLink(visit, choices, { choose: '1', after: choices.after })}>Choose…</a>
        ) : (
          <a href={libraryLink(visit, choices, { choose: undefined, after: choices.after })}>
            Done choosing
          </a>
        )}
      </nav>
    </div>
  )
}

/** What was done before this page was shown. */
export function Done({ choices, root }: { choices: Choices; root: string }) {
  const { added, known, failed, untaken, shelved, gone } = choices
  const parts = [
    added > 0 && `${counted(added, 'book')} added`,
    known > 0 && knownInWords(known, added),
    shelved > 0 && `${counted(shelved, 'book')} put on the shelf`,
    gone > 0 && `${counted(gone, 'book')} deleted`,
  ].filter((part) => part !== false)
  if (parts.length === 0 && failed + untaken === 0) return null
  return (
    <p role="status">
      {parts.length > 0 && <span class="tide">{`${parts.join(', ')}. `}</span>}
      {failed > 0 && (
        <span class="stamp">
          {failed === 1
            ? 'One file could not become a book: '
            : `${told(failed)} files could not become books: `}
          <a href={link(root, 'errata')}>see Errata</a>.{' '}
        </span>
      )}
      {untaken > 0 && (
        <span class="stamp">
          {untaken === 1 ? 'One file was' : `${told(untaken)} files were`} not taken just now.
          Please add {untaken === 1 ? 'it' : 'them'} again later.
        </span>
      )}
    </p>
  )
}

/** “One book was already there”; behind those that were added, “3 were already there”. */
function knownInWords(known: number, added: number): string {
  const some = added === 0 ? counted(known, 'book') : known === 1 ? 'one' : told(known)
  return `${some} ${known === 1 ? 'was' : 'were'} already there`
}
