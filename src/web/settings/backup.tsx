import type { Disk } from '../colophon/disk.ts'
import { bytesInWords } from '../../bytes-in-words.ts'
import { Matter } from '../matter.tsx'

/** How large things are, and how much room is left, in bytes. */
export type Sizes = Disk & { library: number; artifacts: number }

/** What a backup must hold, how it is made, and how large it becomes. */
export function Backup({ dataDir, sizes }: { dataDir: string; sizes: Sizes }) {
  const { database, library, artifacts, free } = sizes
  return (
    <Matter
      id="backup"
      title="Backup"
      note="Holdfast makes none by itself. The database and the folders belong together: never mix copies of different days."
    >
      <ol class="steps">
        <li>Stop the server.</li>
        <li>
          Copy <code>{dataDir}</code>, all of it.
        </li>
        <li>Start it again. To put a copy back, replace the whole folder while it is stopped.</li>
      </ol>
      <dl>
        <dt>Database</dt>
        <dd>{bytesInWords(database)}</dd>
        <dt>Books</dt>
        <dd>{bytesInWords(library)}</dd>
        <dt>For Kobos</dt>
        <dd>
          {bytesInWords(artifacts)}
          <span class="soft">, which Kobos were announced, and which must not be missing</span>
        </dd>
        <dt>Free</dt>
        <dd>{bytesInWords(free)}</dd>
      </dl>
      <p class="soft">
        When an older copy is put back, a Kobo may remember more than the server. Holdfast sees that
        at its next sync, deletes nothing on it, and asks.
      </p>
    </Matter>
  )
}
