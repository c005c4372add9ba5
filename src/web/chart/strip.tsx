import { Chart, percent } from './chart.tsx'
import type { Agreement } from '../../sync/agreement.ts'
import { segmentsOf, tellAgreement, type Segment } from './segments.ts'

const HEIGHT = 20

/**
 * Whether a Kobo holds what it should: one strip of all wanted books, in pieces that differ in pattern as well as in colour, and below it
 * the four numbers. `id` is unique on the page; `of` names the Kobo.
 */
export function Strip({ id, of, agreement }: { id: string; of: string; agreement: Agreement }) {
  return (
    <Chart
      id={id}
      name={`Agreement of ${of}`}
      sentence={tellAgreement(agreement)}
      height={HEIGHT}
      twin={<Steps agreement={agreement} of={of} />}
    >
      <Patterns id={id} />
      <rect class="ground" x="0" y="0.5" width="100%" height={HEIGHT - 1} />
      {segmentsOf(agreement).map((segment) => (
        <Piece id={id} segment={segment} />
      ))}
    </Chart>
  )
}

function Piece({ id, segment }: { id: string; segment: Segment }) {
  const { of, from, share } = segment
  const place = { x: percent(from), y: '0.5', width: percent(share), height: HEIGHT - 1 }
  if (of === 'on-device') return <rect class="held" {...place} />
  return <rect class={of} fill={`url(#${id}-${of})`} {...place} />
}

/** Pieces are told apart in greys and by those who do not see colours. */
function Patterns({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={`${id}-entitled`} width="6" height="6" patternUnits="userSpaceOnUse">
        <path class="tide-line" d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" />
      </pattern>
      <pattern id={`${id}-offered`} width="6" height="6" patternUnits="userSpaceOnUse">
        <circle class="tide-dot" cx="3" cy="3" r="1.1" />
      </pattern>
      <pattern id={`${id}-gap`} width="5" height="5" patternUnits="userSpaceOnUse">
        <path class="stamp-line" d="M-1,4 l2,2 M0,0 l5,5 M4,-1 l2,2" />
      </pattern>
    </defs>
  )
}

const STEPS = [
  ['wanted', 'Wanted'],
  ['offered', 'Offered'],
  ['entitled', 'Entitled'],
  ['onDevice', 'On device'],
] as const satisfies [keyof Agreement, string][]

function Steps({ agreement, of }: { agreement: Agreement; of: string }) {
  const gap = agreement.wanted - agreement.onDevice
  return (
    <table class="steps">
      <caption class="unseen">Books, step by step: {of}</caption>
      <tbody>
        {STEPS.map(([step, words]) => (
          <tr>
            <th scope="row">{words}</th>
            <td>{agreement[step]}</td>
          </tr>
        ))}
        {gap > 0 && (
          <tr class="stamp">
            <th scope="row">Apart</th>
            <td>{gap}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
