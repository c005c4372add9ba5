import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Book } from '../catalogue/book.ts'
import { filePath } from '../catalogue/files.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { version } from '../version.ts'
import type { Artifact, MadeArtifact } from './artifact.ts'
import type { MakeJob, MakeResult } from './make-job.ts'
import { Lost, type Workers } from './workers.ts'

/** Where artifacts lie until they are whole, inside the folder of artifacts. Each begins with the id of its book and a dot. */
export const UNFINISHED = 'unfinished'

/** What an artifact is made with. */
export type Making = {
  workers: Workers
  /** Gives up what is under way. */
  cancel: AbortSignal
  /** How often the server ended while this book was made. */
  interrupted: number
}

/** An artifact, and why it is a plain EPUB where it should be a KEPUB: whole sentences for people. */
export type Outcome = { artifact: MadeArtifact; unconverted: string | null }

/**
 * Makes the exact bytes that devices download from the book's file in the library, and answers when they are on the disk to stay:
 * a KEPUB. A fixed layout, a ready-made KEPUB, and a book that cannot be converted stay as they are. Throws
 * `Problem('conflict')` when the file is not what was imported, `Problem('not_found')` when it is gone, what the disk refuses, and the
 * reason of `cancel`. Making the same artifact twice, also at once, leaves one.
 */
export async function makeArtifact(home: Home, book: Book, making: Making): Promise<Outcome> {
  if (book.format === 'epub' && book.layout === 'fixed')
    return { artifact: await copy(home, book, making, 'EPUB3FL'), unconverted: null }
  const read = await convert(home, book, making)
  if (typeof read !== 'string') return { artifact: read, unconverted: null }
  // A KEPUB that cannot be read is one all the same; only its spans are not known here.
  return book.format === 'kepub'
    ? { artifact: await copy(home, book, making, 'KEPUB'), unconverted: null }
    : { artifact: await copy(home, book, making, 'EPUB3'), unconverted: read }
}

/** After so many ends of the server in the middle of it, a book is not converted again by itself. */
const INTERRUPTIONS = 3

const SENTENCES: Record<Lost['why'], string> = {
  time: 'Converting it took too long.',
  memory: 'Converting it takes more memory than is allowed.',
  crash: 'The converter failed on it; the server’s log says why.',
}

/** The converted book, or why it cannot be converted. Of a ready-made KEPUB only the spans are read. */
async function convert(home: Home, book: Book, making: Making): Promise<MadeArtifact | string> {
  if (making.interrupted >= INTERRUPTIONS)
    return `The server ended ${making.interrupted} times while it was converted.`
  const isReadyMade = book.format === 'kepub'
  try {
    const result = await run(home, book, making, isReadyMade ? 'read' : 'convert')
    if (result.result === 'not-convertible') return result.reason
    return artifactOf(book, result, isReadyMade ? 'KEPUB' : FORMATS[result.kind])
  } catch (error) {
    if (making.cancel.aborted || error instanceof Problem || error instanceof Refused) throw error
    home.log.error({ err: error, book: book.id }, 'The converter failed on a book.')
    return SENTENCES[error instanceof Lost ? error.why : 'crash']
  }
}

const FORMATS: Record<Made['kind'], Artifact['format']> = {
  converted: 'KEPUB',
  'passed-through': 'KEPUB',
  'fixed-layout': 'EPUB3FL',
  copied: 'EPUB3',
}

async function copy(
  home: Home,
  book: Book,
  making: Making,
  format: Artifact['format'],
): Promise<MadeArtifact> {
  const result = await run(home, book, making, 'copy')
  if (result.result !== 'made') throw new Error('A copy needs no converting.')
  return artifactOf(book, result, format)
}

function artifactOf(book: Book, made: Made, format: Artifact['format']): MadeArtifact {
  const { hash, size, scheme, spans } = made
  return {
    hash,
    book: book.id,
    fileRev: book.fileRev,
    format,
    size,
    converted: scheme === null ? null : { scheme, converter: version() },
    spans: spans && Buffer.from(spans.buffer, spans.byteOffset, spans.byteLength),
  }
}

type Made = Extract<MakeResult, { result: 'made' }>
type NotConvertible = Extract<MakeResult, { result: 'not-convertible' }>

/** Has a worker make it, and removes what is left of it when it fails. */
async function run(
  home: Home,
  book: Book,
  { workers, cancel }: Making,
  how: MakeJob['how'],
): Promise<Made | NotConvertible> {
  const { artifacts } = home.config
  const folder = join(artifacts, UNFINISHED)
  await mkdir(folder, { recursive: true })
  const unfinished = join(folder, `${book.id}.${home.random(8).toString('hex')}`)
  const source = filePath(home, book)
  let isMade = false
  try {
    const job = { source, sourceHash: book.file.hash, artifacts, unfinished, how }
    const result = await workers.make(job, cancel)
    isMade = result.result === 'made'
    return known(result)
  } finally {
    if (!isMade) await rm(unfinished, { force: true })
  }
}

function known(result: MakeResult): Made | NotConvertible {
  if (result.result === 'made' || result.result === 'not-convertible') return result
  if (result.result === 'refused') throw new Refused(result)
  if (result.result === 'missing')
    throw new Problem('not_found', 'Its file is missing from the library.')
  throw new Problem('conflict', 'Its file in the library was changed since it was imported.')
}

/** What the operating system refused a worker: that says nothing about the book. */
class Refused extends Error {
  readonly code: string

  constructor({ code, message }: { code: string; message: string }) {
    super(message)
    this.name = 'Refused'
    this.code = code
  }
}
