/** One thing that was measured. Without a goal it is only told. */
export type Figure = {
  what: string
  value: number
  unit: string
  goal?: number
  /** Missing the goal is a fault of the program and not only slow. */
  must?: boolean
}

/** The figures under one another, with their goals and whether they were reached. */
export function tableOf(figures: Figure[]): string {
  const rows = figures.map(({ what, value, unit, goal }) => [
    what,
    `${shown(value)} ${unit}`,
    goal === undefined ? '' : `≤ ${shown(goal)} ${unit}`,
    goal === undefined ? '' : value <= goal ? 'reached' : 'MISSED',
  ])
  const all = [['', 'measured', 'goal', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map(([what = '', value = '', goal = '', reached = '']) =>
      [
        what.padEnd(widths[0] ?? 0),
        value.padStart(widths[1] ?? 0),
        goal.padStart(widths[2] ?? 0),
        reached,
      ]
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** The middle value. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

function shown(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2)
}
