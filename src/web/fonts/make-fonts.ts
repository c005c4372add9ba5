import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import subsetFont from 'subset-font'
import { packageRoot } from '../../package-root.ts'

/** A font that pages use: out of which file it is made, for which characters, and what it can vary. */
type Font = {
  from: string
  ranges: readonly Range[]
  axes?: Readonly<Record<string, number | { min: number; max: number }>>
}

const NEWSREADER = '@fontsource-variable/newsreader/files'
const SMALL_CAPS = '@fontsource/spectral-sc/files'

type Range = readonly [first: number, last: number]

/** What nearly every page has: letters of Western Europe, and the signs of plain prose. Whoever looks waits for these. */
const PROSE: readonly Range[] = [
  [0x20, 0x7e],
  [0xa0, 0xa0],
  [0xa9, 0xa9],
  [0xab, 0xab],
  [0xb7, 0xb7],
  [0xbb, 0xbb],
  [0xc0, 0xff],
  [0x152, 0x153],
  [0x2013, 0x2014],
  [0x2018, 0x201e],
  [0x2026, 0x2026],
]
/** The others of the same file. */
const REST: readonly Range[] = [
  [0xa1, 0xa8],
  [0xaa, 0xaa],
  [0xac, 0xb6],
  [0xb8, 0xba],
  [0xbc, 0xbf],
  [0x131, 0x131],
  [0x2020, 0x2022],
  [0x2039, 0x203a],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2212, 0x2212],
]
/** Letters of the rest of Europe, and then those of farther away. */
const EXTENDED: readonly Range[] = [
  [0x100, 0x130],
  [0x132, 0x151],
  [0x154, 0x17f],
  [0x218, 0x21b],
]
const FARTHER: readonly Range[] = [
  [0x180, 0x217],
  [0x21c, 0x24f],
  [0x1e00, 0x1eff],
]
/** Labels and figures. */
const LABELS: readonly Range[] = [
  [0x20, 0x20],
  [0x2c, 0x2e],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0x2019, 0x2019],
]

/** One weight: the pages are set without bold. The optical size goes from text to the largest heading. */
const ROMAN = { wght: 400, opsz: { min: 16, max: 48 } }
/** Italics stand in running text alone. */
const ITALIC = { wght: 400, opsz: 16 }

/** Every font of the pages, by the name under which it is given out (src/web/public/fonts.css says for what). */
const FONTS: Readonly<Record<string, Font>> = {
  'roman.woff2': {
    from: `${NEWSREADER}/newsreader-latin-opsz-normal.woff2`,
    ranges: PROSE,
    axes: ROMAN,
  },
  'roman-rest.woff2': {
    from: `${NEWSREADER}/newsreader-latin-opsz-normal.woff2`,
    ranges: REST,
    axes: ROMAN,
  },
  'roman-ext.woff2': {
    from: `${NEWSREADER}/newsreader-latin-ext-opsz-normal.woff2`,
    ranges: EXTENDED,
    axes: ROMAN,
  },
  'roman-far.woff2': {
    from: `${NEWSREADER}/newsreader-latin-ext-opsz-normal.woff2`,
    ranges: FARTHER,
    axes: ROMAN,
  },
  'italic.woff2': {
    from: `${NEWSREADER}/newsreader-latin-opsz-italic.woff2`,
    ranges: PROSE,
    axes: ITALIC,
  },
  'italic-ext.woff2': {
    from: `${NEWSREADER}/newsreader-latin-ext-opsz-italic.woff2`,
    ranges: EXTENDED,
    axes: ITALIC,
  },
  'small-caps.woff2': { from: `${SMALL_CAPS}/spectral-sc-latin-400-normal.woff2`, ranges: LABELS },
}

/** Makes the fonts of the pages in a folder, smaller than their packages have them. Called by `bin/setup` with that folder. */
async function makeFonts(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, { from, ranges, axes }] of Object.entries(FONTS)) {
    const whole = await readFile(join(packageRoot(), 'node_modules', from))
    const made = await subsetFont(whole, charactersIn(ranges), {
      targetFormat: 'woff2',
      noHinting: true,
      ...(axes && { variationAxes: axes }),
    })
    await writeFile(join(folder, name), made)
  }
}

function charactersIn(ranges: Font['ranges']): string {
  return ranges
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n))
    .map((code) => String.fromCodePoint(code))
    .join('')
}

const [, , folder] = process.argv
if (folder === undefined) throw new Error('Say into which folder.')
await makeFonts(folder)
