import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import subsetFont from 'subset-font'
import { packageRoot } from '../../package-root.ts'

/** A font that pages use: out of which file it is made, for which characters, and what it can vary. */
type Font = {
  from: string
  ranges: readonly (readonly [first: number, last: number])[]
  axes?: Readonly<Record<string, number | { min: number; max: number }>>
}

const NEWSREADER = '@fontsource-variable/newsreader/files'
const SMALL_CAPS = '@fontsource/spectral-sc/files'

const ASCII = [0x20, 0x7e] as const
const LATIN = [ASCII, [0xa0, 0xff], [0x131, 0x131], [0x152, 0x153], [0x2010, 0x203a]] as const
const SIGNS = [
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2212, 0x2212],
] as const

/** One weight: the pages are set without bold. The optical size goes from text to the largest heading. */
const ROMAN = { wght: 400, opsz: { min: 16, max: 48 } }
/** Italics stand in running text alone. */
const ITALIC = { wght: 400, opsz: 16 }

/** Every font of the pages, by the name under which it is given out (src/web/public/fonts.css says for what). */
const FONTS: Readonly<Record<string, Font>> = {
  'roman.woff2': {
    from: `${NEWSREADER}/newsreader-latin-opsz-normal.woff2`,
    ranges: [...LATIN, ...SIGNS],
    axes: ROMAN,
  },
  'roman-ext.woff2': {
    from: `${NEWSREADER}/newsreader-latin-ext-opsz-normal.woff2`,
    ranges: [
      [0x100, 0x24f],
      [0x1e00, 0x1eff],
    ],
    axes: ROMAN,
  },
  'italic.woff2': {
    from: `${NEWSREADER}/newsreader-latin-opsz-italic.woff2`,
    ranges: [...LATIN, ...SIGNS],
    axes: ITALIC,
  },
  'italic-ext.woff2': {
    from: `${NEWSREADER}/newsreader-latin-ext-opsz-italic.woff2`,
    ranges: [[0x100, 0x24f]],
    axes: ITALIC,
  },
  'small-caps.woff2': {
    from: `${SMALL_CAPS}/spectral-sc-latin-500-normal.woff2`,
    ranges: [ASCII, [0xe0, 0xf6], [0x2013, 0x2019]],
  },
}

/** Makes the fonts of the pages in a folder, smaller than their packages have them. Called by `bin/setup` with that folder. */
async function makeFonts(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, { from, ranges, axes }] of Object.entries(FONTS)) {
    const whole = await readFile(join(packageRoot(), 'node_modules', from))
    const made = await subsetFont(whole, charactersIn(ranges), {
      targetFormat: 'woff2',
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
