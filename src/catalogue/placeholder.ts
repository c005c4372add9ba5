import { createHash } from 'node:crypto'

/** The words on a plain cover. */
export type PlaceholderWords = { title: string; authors: string[] }

/** A name for the plain cover with these words: another drawing or other words have another name. */
export function placeholderKey({ title, authors }: PlaceholderWords): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([DRAWING, title, authors]))
    .digest('hex')
  return `plain-${hash.slice(0, 40)}`
}

/** A plain cover as SVG, 600 by 900: paper, the title in large letters, a rule, and the authors. */
export function placeholderSvg({ title, authors }: PlaceholderWords): string {
  const size = title.length > 60 ? 44 : title.length > 25 ? 56 : 72
  const titleLines = brokenInto(title, Math.floor(860 / size), 7)
  const authorLines = brokenInto(authors.join(', '), 26, 3)
  const titleTop = 190
  const rule = titleTop + (titleLines.length - 1) * size * 1.2 + 60
  return `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="900" viewBox="0 0 600 900">
<rect width="600" height="900" fill="#f4efe4"/>
<rect x="28" y="28" width="544" height="844" fill="none" stroke="#c9bda3" stroke-width="2"/>
<g fill="#2f2a22" font-family="Newsreader, Georgia, 'DejaVu Serif', serif" text-anchor="middle">
${text(titleLines, titleTop, size, size * 1.2)}
<rect x="260" y="${rule}" width="80" height="3" fill="#9a3b26"/>
${text(authorLines, rule + 80, 34, 44)}
</g>
</svg>`
}

/** Rises when the drawing changes, so that kept images of the old one are not used. */
const DRAWING = 1

/** Words in lines of at most `width` characters. Breaks between words, or inside a word that is longer than a line; what has no room ends in an ellipsis. */
export function brokenInto(words: string, width: number, most: number): string[] {
  const broken: string[] = []
  let line = ''
  for (const word of words.split(/\s+/u).flatMap((each) => pieces(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      broken.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') broken.push(line)
  if (broken.length <= most) return broken
  return [...broken.slice(0, most - 1), `${broken[most - 1] ?? ''}…`]
}

function pieces(word: string, width: number): string[] {
  const characters = Array.from(graphemes.segment(word), ({ segment }) => segment)
  const count = Math.max(1, Math.ceil(characters.length / width))
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  )
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

function text(broken: string[], top: number, size: number, step: number): string {
  return broken
    .map((line, index) => {
      const y = Math.round(top + index * step)
      return `<text x="300" y="${y}" font-size="${size}">${escaped(line)}</text>`
    })
    .join('\n')
}

/** Controls may not stand in XML at all. */
function escaped(line: string): string {
  return line
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
