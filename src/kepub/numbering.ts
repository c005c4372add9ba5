import type { SpanMap } from './span-map.ts'

/**
 * The rule by which spans get their ids, for the places that are kept with it. Scheme 1 gives the ids of kepubify v4.
 * It is frozen: other ids for the same document need another number, or every kept place would be lost.
 */
export const ID_SCHEME = 1

/** The elements that begin a new paragraph for the numbering. An image begins one as well. */
export const NUMBERED_BLOCKS: ReadonlySet<string> = new Set(
  'p ol ul table h1 h2 h3 h4 h5 h6'.split(' '),
)

/** The elements that get no spans inside. */
export const UNTOUCHED: ReadonlySet<string> = new Set(
  'script style pre audio video svg math'.split(' '),
)

/** The elements whose text is not text of the document: it does not move the offsets of the span map. */
export const UNCOUNTED: ReadonlySet<string> = new Set(
  'script style noscript iframe noembed noframes xmp template'.split(' '),
)

/** Where the numbering of one document stands, and what it numbered. Numbers begin anew in every document. */
export interface Numbering {
  para: number
  seg: number
  /** A block has begun and nothing in it has a number yet. */
  pending: boolean
  /** The counted characters so far, as SpanMap counts them. */
  characters: number
  readonly offsets: number[]
  readonly paras: number[]
  readonly segs: number[]
  readonly images: number[]
}

export function startNumbering(): Numbering {
  return {
    para: 0,
    seg: 0,
    pending: false,
    characters: 0,
    offsets: [],
    paras: [],
    segs: [],
    images: [],
  }
}

/** Gives the next piece of text, which begins at `offset` counted characters, its number. */
export function numberPiece(numbering: Numbering, offset: number): void {
  if (numbering.pending) {
    numbering.para += 1
    numbering.seg = 0
    numbering.pending = false
  }
  numbering.seg += 1
  record(numbering, offset)
}

/** Gives an image its number: always the first of a new paragraph, that following text goes on. */
export function numberImage(numbering: Numbering): void {
  numbering.para += 1
  numbering.seg = 1
  numbering.pending = false
  numbering.images.push(numbering.paras.length)
  record(numbering, numbering.characters)
}

/** The opening tag of the span that was numbered last. */
export function openingSpan({ para, seg }: Numbering): string {
  return `${SPAN_BEFORE_ID}${para}.${seg}${SPAN_AFTER_ID}`
}

export const SPAN_BEFORE_ID = '<span class="koboSpan" id="kobo.'
export const SPAN_AFTER_ID = '">'
export const SPAN_CLOSE = '</span>'

/** What the numbering became at the end of its document. */
export function finishNumbering(numbering: Numbering): SpanMap {
  return {
    characters: numbering.characters,
    offsets: new Uint32Array(numbering.offsets),
    paras: new Uint32Array(numbering.paras),
    segs: new Uint32Array(numbering.segs),
    images: new Uint32Array(numbering.images),
  }
}

function record(numbering: Numbering, offset: number): void {
  numbering.offsets.push(offset)
  numbering.paras.push(numbering.para)
  numbering.segs.push(numbering.seg)
}
