import type { Child } from 'hono/jsx'
import { Chart, percent, Twin } from './chart.tsx'
import { placeMarks, ROWS, tellMarks, type SyncEnd, type SyncMark } from './marks.ts'

const DAY = 86_400_000
/** How far back it reaches, in days. */
export const TIMELINE_DAYS = 28

const STEP = 13
const BASE = 12 + (ROWS - 1) * STEP + 8

/** Whether a Kobo syncs, and whether that succeeds: one mark for each sync of the last four weeks, hollow when it broke off. */
export function Timeline(props: {
  id: string
  of: string
  marks: readonly SyncMark[]
  /** There were more syncs than marks. */
  more: boolean
  now: number
  tell: (at: number) => string
  /** When a sync was, as a link where it is told. */
  when: (mark: SyncMark) => Child
}) {
  const { id, of, more, now, tell, when } = props
  const from = now - TIMELINE_DAYS * DAY
  const placed = placeMarks(props.marks, { from, to: now })
  const top = BASE - 8 - Math.max(0, ...placed.map(({ row }) => row)) * STEP - 8
  return (
    <Chart
      id={id}
      name={`Syncs of ${of}`}
      sentence={tellMarks(placed, { span: 'four weeks', more })}
      height={BASE + 22 - top}
      twin={
        <Twin of={`syncs of ${of}`}>
          <thead>
            <tr>
              <th scope="col">Began</th>
              <th scope="col">How it ended</th>
              <th scope="col">Sent</th>
            </tr>
          </thead>
          <tbody>
            {placed.toReversed().map((mark) => (
              <tr>
                <th scope="row">{when(mark)}</th>
                <td data-label="How it ended">{ENDS[mark.end]}</td>
                <td data-label="Sent">{mark.sent}</td>
              </tr>
            ))}
          </tbody>
        </Twin>
      }
    >
      <line class="axis" x1="0" x2="100%" y1={BASE - top + 0.5} y2={BASE - top + 0.5} />
      {WEEKS.map(([week, words, anchor]) => (
        <text
          x={week === 0 ? '100%' : percent(100 - (week * 7 * 100) / TIMELINE_DAYS)}
          y={BASE - top + 18}
          text-anchor={anchor}
          class={week === 1 || week === 3 ? 'spare' : undefined}
        >
          {words}
        </text>
      ))}
      {placed.map(({ x, row, end, at, sent }) => (
        <circle
          class={end}
          cx={percent(x)}
          cy={BASE - top - 8 - row * STEP}
          r={end === 'quiet' ? 2.5 : 4.5}
        >
          <title>{`${tell(at)}: ${ENDS[end]}, ${sent} sent`}</title>
        </circle>
      ))}
    </Chart>
  )
}

const WEEKS = [
  [4, 'four weeks ago', 'start'],
  [3, 'three', 'middle'],
  [2, 'two weeks ago', 'middle'],
  [1, 'one', 'middle'],
  [0, 'now', 'end'],
] as const

const ENDS: Record<SyncEnd, string> = {
  whole: 'complete',
  broken: 'broke off',
  quiet: 'never asked for its library',
}
