import type { Flag, Schema } from '../db/schema.ts'
import type { Holding } from './holding.ts'

type Row = Schema['holding']

/** A holding as its row says it. */
export function toHolding(row: Omit<Row, 'device' | 'book'>): Holding {
  return {
    state: row.state,
    file: row.file === 1,
    why: whyOf(row.why),
    doubtSeq: row.doubt_seq,
    consent: row.consent,
    excluded: row.excluded === 1,
    deleted: row.deleted === 1,
    listed: row.listed === 1,
    byMachine: row.by_machine === 1,
    metaRev: row.meta_rev,
    stateRev: row.state_rev,
    fileRev: row.file_rev,
    artifact: row.artifact,
  }
}

const REASONS = ['removal', 'retracted', 'consent', 'epoch', 'restored', 'rolled-back'] as const

function whyOf(text: string | null): Holding['why'] {
  return REASONS.find((reason) => reason === text) ?? null
}

/** A holding as it is kept, for one book of a device. */
export function holdingRowOf(device: string, book: string, holding: Holding): Row {
  return {
    device,
    book,
    state: holding.state,
    file: flag(holding.file),
    why: holding.why,
    doubt_seq: holding.doubtSeq,
    consent: holding.consent,
    excluded: flag(holding.excluded),
    meta_rev: holding.metaRev,
    state_rev: holding.stateRev,
    file_rev: holding.fileRev,
    artifact: holding.artifact,
    listed: flag(holding.listed),
    deleted: flag(holding.deleted),
    by_machine: flag(holding.byMachine),
  }
}

function flag(value: boolean): Flag {
  return value ? 1 : 0
}
