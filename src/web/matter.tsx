import type { Child } from 'hono/jsx'

/** A part of a page with several concerns: its name and what to know of it on one side, what is and can be done on the other. */
export function Matter(props: { id: string; title: string; note?: Child; children?: Child }) {
  const { id, title, note, children } = props
  return (
    <section class="matter" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p class="soft">{note}</p>}
      </div>
      <div>{children}</div>
    </section>
  )
}
