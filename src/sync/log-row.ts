import { z } from 'zod'
import type { Schema } from '../db/schema.ts'
import type { BookFact, DeviceFact, Operation, SweepingFact } from './log.ts'

/** A fact as it is appended: about one book or about the whole device. */
export type Fact = (BookFact & { book: string }) | DeviceFact

type Row = Schema['log']

/** A fact as the log keeps it. `at`: its arrival, epoch ms. */
export function logRowOf(device: string, seq: number, at: number, fact: Fact): Row {
  const base = {
    device,
    seq,
    at,
    kind: fact.kind,
    book: null,
    page: null,
    instant: null,
    detail: null,
  }
  if ('book' in fact) {
    const { kind: _, book, ...rest } = fact
    const { instant, ...detail } = 'instant' in rest ? rest : { ...rest, instant: null }
    return {
      ...base,
      book,
      instant,
      detail: Object.keys(detail).length ? JSON.stringify(detail) : null,
    }
  }
  const { kind: _, ...rest } = fact
  const { page, ...detail } = 'page' in rest ? rest : { ...rest, page: null }
  return { ...base, page, detail: Object.keys(detail).length ? JSON.stringify(detail) : null }
}

/** An operation as its row says it. */
export function operationOf(
  row: Omit<Schema['operation'], 'page' | 'ordinal' | 'device'>,
): Operation {
  return {
    verb: row.verb,
    book: row.book,
    metaRev: row.meta_rev,
    fileRev: row.file_rev,
    stateRev: row.state_rev,
    artifact: row.artifact,
  }
}

const CAUSE = z.enum(['person', 'machine'])

const BOOK_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['metadata-asked', 'cover-asked', 'tagged', 'annotations-asked']) }),
  z.object({
    kind: z.enum(['download-begun', 'download-completed', 'download-cut']),
    number: z.number().exactOptional(),
  }),
  z.object({ kind: z.enum(['listed', 'unlisted']) }),
  z.object({ kind: z.enum(['bring-back', 'consent', 'retract']) }),
  z.object({ kind: z.literal('state'), instant: z.number(), rev: z.number().nullable() }),
  z.object({ kind: z.literal('annotation'), instant: z.number() }),
  z.object({ kind: z.literal('delete'), repeat: z.boolean(), exclude: z.boolean() }),
  z.object({
    kind: z.enum(['shelved', 'unshelved']),
    cause: CAUSE,
    shelf: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('audited'),
    row: z.boolean(),
    file: z.boolean(),
    current: z.literal(true).exactOptional(),
    copied: z.number().exactOptional(),
  }),
  z.object({ kind: z.literal('missed'), row: z.boolean(), copied: z.number() }),
])

const SWEEPING_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['tokenless', 'activation']) }),
  z.object({ kind: z.literal('epoch'), from: z.number(), consent: z.boolean() }),
  z.object({ kind: z.literal('restored'), page: z.string(), from: z.number(), issued: z.number() }),
  z.object({
    kind: z.literal('rolled-back'),
    page: z.string().nullable(),
    was: z.string().nullable(),
  }),
])

const DEVICE_FACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['session', 'complete']) }),
  z.object({ kind: z.literal('returned'), page: z.string(), opened: z.boolean() }),
  z.object({ kind: z.literal('list'), inventory: z.boolean(), known: z.boolean() }),
  z.object({
    kind: z.literal('answered'),
    from: z.number().nullable(),
    library: z.enum(['empty', 'kept']),
  }),
  ...SWEEPING_FACT.options,
])

/** The kinds that bear on every book of a device. */
export const SWEEPING_KINDS = [
  'tokenless',
  'activation',
  'epoch',
  'restored',
  'rolled-back',
] as const

/** A fact about a book as its row says it. */
export function bookFactOf(row: Row): BookFact {
  return BOOK_FACT.parse(fieldsOf(row))
}

/** A fact that bears on every book, as its row says it. */
export function sweepingFactOf(row: Row): SweepingFact {
  return SWEEPING_FACT.parse(fieldsOf(row))
}

/** A fact as its row says it. */
export function factOf(row: Row): Fact {
  return row.book === null
    ? DEVICE_FACT.parse(fieldsOf(row))
    : { ...bookFactOf(row), book: row.book }
}

function fieldsOf(row: Row): object {
  const detail: unknown = row.detail === null ? {} : JSON.parse(row.detail)
  return { ...Object(detail), kind: row.kind, instant: row.instant ?? undefined, page: row.page }
}
