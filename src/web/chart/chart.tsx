import type { Child } from 'hono/jsx'

/**
 * A drawing that answers one question. Its name and a sentence that tells what is to be seen stand in it for those who do not see it;
 * `twin` says the same as a table. What is drawn is as wide as its place: across in percents, down in pixels.
 */
export function Chart(props: {
  id: string
  name: string
  sentence: string
  height: number
  children?: Child
  twin: Child
}) {
  const { id, name, sentence, height, children, twin } = props
  return (
    <figure class="chart">
      <svg
        role="img"
        aria-labelledby={`${id}-name ${id}-sentence`}
        width="100%"
        height={height}
        focusable="false"
      >
        <title id={`${id}-name`}>{name}</title>
        <desc id={`${id}-sentence`}>{sentence}</desc>
        {children}
      </svg>
      {twin}
    </figure>
  )
}

/** The twin of a chart, folded away. */
export function Twin(props: { of: string; children?: Child }) {
  return (
    <details class="twin">
      <summary>
        As a table<span class="unseen">: {props.of}</span>
      </summary>
      <table>{props.children}</table>
    </details>
  )
}

/** A length across, in percents, short enough for a page. */
export function percent(part: number): string {
  return `${Math.round(part * 100) / 100}%`
}
