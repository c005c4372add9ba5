import { TimeAfter } from '../layout.tsx'
import type { Visit } from '../visit.ts'

/** Something that happened to a book, and on which device. */
export type Happening = { at: number; told: string; on?: string }

/** How much of it is told. */
const TOLD = 20

/** What happened to a book, newest first. */
export function History({ visit, happened }: { visit: Visit; happened: Happening[] }) {
  const newest = happened.toSorted((one, other) => other.at - one.at).slice(0, TOLD)
  return (
    <section aria-labelledby="history">
      <h2 id="history">What happened</h2>
      <ol class="history">
        {newest.map(({ at, told, on }, index) => (
          <li>
            <TimeAfter visit={visit} at={at} before={newest[index - 1]?.at} />
            <span>
              {on !== undefined && `${on}: `}
              {told}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
