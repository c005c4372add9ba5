import { link } from '../paths.ts'
import type { SpineOf } from './spines.store.ts'

/** Books as they stand on a shelf. How high a spine is follows from the book's id, how thick from the size of its file. */
export function Spines(props: { root: string; spines: SpineOf[]; more: number; shelf: string }) {
  const { root, spines, more, shelf } = props
  if (spines.length === 0) return <div class="spines empty" />
  return (
    <ul class="spines">
      {spines.map(({ id, title, author, size, cover }) => (
        <li class={`high-${heightOf(id)} thick-${thicknessOf(size)}`}>
          <a
            href={link(root, 'bookPage', { id })}
            title={author === null ? title : `${title}, ${author}`}
          >
            <span class="title">{title}</span>
            {cover === null ? (
              <span class="foot-rule" />
            ) : (
              <img
                src={link(root, 'coverImage', { id, width: '120' }, { v: cover.slice(0, 12) })}
                alt=""
                width="32"
                height="32"
                loading="lazy"
              />
            )}
          </a>
        </li>
      ))}
      {more > 0 && (
        <li class="more">
          <a href={link(root, 'shelf', { id: shelf })}>and {more.toLocaleString('en-GB')} more</a>
        </li>
      )}
    </ul>
  )
}

function heightOf(id: string): number {
  return (Number.parseInt(id.slice(-2), 16) % 5) + 1
}

/** From 1 for a short story to 4 for a work with many pictures. */
function thicknessOf(bytes: number): number {
  if (bytes < 250_000) return 1
  if (bytes < 900_000) return 2
  return bytes < 6_000_000 ? 3 : 4
}
