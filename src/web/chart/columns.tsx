import type { Bucket } from './buckets.ts'
import { Chart, percent, Twin } from './chart.tsx'

const TALLEST = 72
const TOP = 20
const BASE = TOP + TALLEST

/** How many there are of what, in columns: `of` is what the table calls them. */
export function Columns(props: {
  id: string
  name: string
  sentence: string
  of: string
  buckets: readonly Bucket[]
}) {
  const { id, name, sentence, of, buckets } = props
  const most = Math.max(1, ...buckets.map(({ count }) => count))
  const wide = 100 / buckets.length
  return (
    <Chart
      id={id}
      name={name}
      sentence={sentence}
      height={BASE + 24}
      twin={
        <Twin of={name}>
          <thead>
            <tr>
              <th scope="col">{of}</th>
              <th scope="col">Books</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ words, count }) => (
              <tr>
                <th scope="row">{words}</th>
                <td data-label="Books">{count}</td>
              </tr>
            ))}
          </tbody>
        </Twin>
      }
    >
      {buckets.map(({ label, count }, index) => {
        const tall = heightOf(count, most)
        const middle = percent((index + 0.5) * wide)
        return (
          <>
            <rect
              class="held"
              x={percent(index * wide + wide * 0.14)}
              y={BASE - tall}
              width={percent(wide * 0.72)}
              height={tall}
            />
            {count > 0 && (
              <text class="figure" x={middle} y={BASE - tall - 6} text-anchor="middle">
                {count}
              </text>
            )}
            <text x={middle} y={BASE + 18} text-anchor="middle">
              {label}
            </text>
          </>
        )
      })}
      <line class="axis" x1="0" x2="100%" y1={BASE + 0.5} y2={BASE + 0.5} />
    </Chart>
  )
}

/** In pixels; what is there is seen, however few. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(2, Math.round((count / most) * TALLEST))
}
