import type { Device } from '../../devices/device.ts'
import type { Content } from '../../sync/contents.ts'
import { StatusWord } from '../device/contents-table.tsx'
import { Healings } from '../device/trail.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** A device of the person, and how the book stands there; without contents it has nothing to do with it. */
export type There = { device: Device; content: Content | undefined }

/** Where a book is: one line per device, in words, with the proof and its age. */
export function WhereItIs(props: { visit: Visit; book: string; there: There[] }) {
  const { visit, book, there } = props
  return (
    <section class="where-it-is" aria-labelledby="where">
      <h2 id="where">Where it is</h2>
      {there.length === 0 && (
        <p>
          You have no Kobo yet. <a href={link(visit.root, 'connect')}>Connect one.</a>
        </p>
      )}
      <ul>
        {there.map(({ device, content }) => (
          <li>
            <h3>
              <a href={link(visit.root, 'device', { id: device.id })}>{device.name}</a>{' '}
              <StatusWord status={content?.status ?? 'not-wanted'} />
            </h3>
            <p>
              {content?.sentence ?? 'Not on a shelf that this Kobo carries.'}{' '}
              {content && (
                <a class="soft" href={link(visit.root, 'book', { id: device.id, book })}>
                  How that is known
                </a>
              )}
            </p>
            {content && device.revokedAt === null && (
              <Healings visit={visit} device={device} content={content} />
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
