import type { Device } from '../../devices/device.ts'
import type { Contents } from '../../sync/contents.ts'
import { writePlace } from '../../sync/place.ts'
import type { Filter } from '../../sync/status.ts'
import { Form } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { ContentsTable } from './contents-table.tsx'
import type { Standing } from './figures.ts'
import { AgeOfProof } from './overview.tsx'

/** Which books are shown: all of them, or those that somebody looks for. */
export type Shown = 'all' | Filter

/** What a Kobo holds: how old the proof is, which books are looked for, and the books. */
export function ContentsSection(props: {
  visit: Visit
  device: Device
  filter: Shown
  contents: Contents
  standing: Standing | undefined
}) {
  const { visit, device, filter, contents, standing } = props
  const { root } = visit
  const { id } = device
  const { items, next } = contents
  return (
    <section aria-labelledby="contents" class="contents">
      <h2 id="contents">What it holds</h2>
      {standing && <AgeOfProof standing={standing} />}
      <nav class="words" aria-label="Which books">
        {(['all', 'missing', 'doubtful', 'extra'] as const).map((each) => (
          <a
            href={`${link(root, 'device', { id }, { filter: each === 'all' ? undefined : each })}#contents`}
            aria-current={each === filter ? 'page' : undefined}
          >
            {WORDS[each]}
          </a>
        ))}
      </nav>
      {items.length === 0 ? (
        <p>{EMPTY[filter]}</p>
      ) : (
        <ContentsTable visit={visit} device={device} contents={contents} />
      )}
      {next !== null && (
        <p class="further">
          <a
            rel="next"
            href={`${link(root, 'device', { id }, { filter, after: writePlace(next) })}#contents`}
          >
            Further books
          </a>
        </p>
      )}
      {(filter === 'missing' || filter === 'doubtful') &&
        items.length > 0 &&
        device.revokedAt === null && (
          <Form visit={visit} action={link(root, 'heal', { id })}>
            <input type="hidden" name="how" value="resend" />
            <input type="hidden" name="filter" value={filter} />
            <button>Send all {filter} books again…</button>
          </Form>
        )}
    </section>
  )
}

const WORDS: Record<Shown, string> = {
  all: 'All',
  missing: 'Missing',
  doubtful: 'Doubtful',
  extra: 'Extra',
}

const EMPTY: Record<Shown, string> = {
  all: 'Nothing taken along yet.',
  missing: 'Nothing is missing.',
  doubtful: 'Nothing is in doubt.',
  extra: 'Nothing is there that should not be.',
}
