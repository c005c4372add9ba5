import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** The colours of the sheet: each by daylight and by lamplight. */
const COLOURS = new Map(
  [
    ...readFileSync(new URL('tokens.css', import.meta.url), 'utf8').matchAll(
      /--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g,
    ),
  ].map(([, name = '', light = '', dark = '']) => [name, { light, dark }] as const),
)

/** What stands on what, and how much it must differ (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAIRS: readonly (readonly [on: string, under: string, least: number])[] = [
  ['ink', 'paper', 7],
  ['ink', 'paper-deep', 7],
  ['ink-soft', 'paper', 4.5],
  ['ink-soft', 'paper-deep', 4.5],
  ['tide', 'paper', 4.5],
  ['tide', 'paper-deep', 4.5],
  ['stamp', 'paper', 4.5],
  ['stamp', 'paper-deep', 4.5],
  ['paper', 'ink', 4.5],
]

describe.each(['light', 'dark'] as const)('the colours in %s', (theme) => {
  test.each(PAIRS)('%s can be read on %s', (on, under, least) => {
    const above = COLOURS.get(on)
    const below = COLOURS.get(under)
    if (!above || !below) throw new Error(`There is no colour ${on} or ${under}.`)
    expect(contrast(above[theme], below[theme])).toBeGreaterThanOrEqual(least)
  })
})

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
