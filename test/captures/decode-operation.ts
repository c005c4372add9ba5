import { z } from 'zod'
import type { Artifact } from '../../src/artifacts/artifact.ts'
import type { Book } from '../../src/catalogue/book.ts'
import { parseTimestamp } from '../../src/kobo/wire/timestamp.ts'
import type { Moment, ReadingState } from '../../src/reading/reading-state.ts'
import type { Operation, Verb } from '../../src/sync/log.ts'

const Entitlement = z.object({ Id: z.string(), IsRemoved: z.boolean(), Created: z.string() })

const Metadata = z.object({
  EntitlementId: z.string(),
  CoverImageId: z.string().default(''),
  Title: z.string(),
  SubTitle: z.string().nullable().default(null),
  Description: z.string().default(''),
  Language: z.string().default('en'),
  Isbn: z.string().nullable().default(null),
  Contributors: z.array(z.string()).default([]),
  Publisher: z.object({ Name: z.string() }).optional(),
  PublicationDate: z.string().optional(),
  Series: z
    .object({ Name: z.string(), NumberFloat: z.number().nullable().default(null) })
    .optional(),
  DownloadUrls: z.array(
    z.object({ Format: z.enum(['KEPUB', 'EPUB3', 'EPUB3FL']), Size: z.number(), Url: z.string() }),
  ),
})

const State = z.object({
  EntitlementId: z.string(),
  Created: z.string(),
  LastModified: z.string(),
  StatusInfo: z.object({
    LastModified: z.string(),
    Status: z.enum(['ReadyToRead', 'Reading', 'Finished']),
    TimesStartedReading: z.number(),
    LastTimeStartedReading: z.string().nullable().default(null),
    LastTimeFinished: z.string().nullable().default(null),
  }),
  Statistics: z.object({
    LastModified: z.string(),
    SpentReadingMinutes: z.number().nullable().default(null),
    RemainingTimeMinutes: z.number().nullable().default(null),
  }),
  CurrentBookmark: z.object({
    LastModified: z.string(),
    ProgressPercent: z.number().nullable().default(null),
    ContentSourceProgressPercent: z.number().nullable().default(null),
    Location: z
      .object({ Source: z.string(), Type: z.string(), Value: z.string() })
      .nullable()
      .default(null),
  }),
})

const Body = z.object({
  BookEntitlement: Entitlement.optional(),
  BookMetadata: Metadata.optional(),
  ReadingState: State.nullish(),
})

const VERBS: Record<string, Verb> = {
  NewEntitlement: 'new',
  ChangedEntitlement: 'removal',
  ChangedProductMetadata: 'metadata',
  ChangedReadingState: 'state',
}

/** Reads an operation from the wire back into what it was made of, in as much as the wire tells. Throws for any other shape. */
export function decodeOperation(wire: unknown): {
  operation: Operation
  about: {
    book: Book
    artifact: Artifact | null
    state: ReadingState | null
    downloadUrl: string | null
  }
} {
  const [[kind, value] = ['', undefined]] = Object.entries(
    z.record(z.string(), z.unknown()).parse(wire),
  )
  const verb = VERBS[kind]
  if (!verb) throw new Error(`Nobody sends a ${kind}.`)
  const body = Body.parse(value)
  const book = bookOf(body)
  const download = body.BookMetadata?.DownloadUrls[0]
  return {
    operation: { verb, book: book.id, metaRev: 1, fileRev: 1, stateRev: 1, artifact: null },
    about: {
      book,
      artifact: download
        ? { hash: '', book: book.id, fileRev: 1, format: download.Format, size: download.Size }
        : null,
      state: body.ReadingState ? stateOf(body.ReadingState) : null,
      downloadUrl: download?.Url ?? null,
    },
  }
}

function bookOf({ BookEntitlement, BookMetadata, ReadingState }: z.infer<typeof Body>): Book {
  const id = BookMetadata?.EntitlementId ?? ReadingState?.EntitlementId ?? ''
  const cover = BookMetadata?.CoverImageId.slice(id.length + 1)
  const series = BookMetadata?.Series
  return {
    id,
    title: BookMetadata?.Title ?? '',
    subtitle: BookMetadata?.SubTitle ?? null,
    contributors: (BookMetadata?.Contributors ?? []).map((name) => ({
      name,
      sortName: null,
      role: 'aut',
    })),
    series: series ? { name: series.Name, index: series.NumberFloat } : null,
    language: BookMetadata?.Language ?? null,
    publisher: BookMetadata?.Publisher?.Name ?? null,
    published: null,
    publishedAt: instant(BookMetadata?.PublicationDate) ?? null,
    isbn: BookMetadata?.Isbn ?? null,
    identifiers: [],
    description: BookMetadata?.Description ?? null,
    subjects: [],
    layout: 'reflowable',
    format: 'epub',
    cover: cover ? { hash: cover, type: 'image/jpeg', crop: null } : null,
    metaRev: 1,
    fileRev: 1,
    file: { hash: '', size: 0, path: '' },
    artifact: null,
    uploader: null,
    addedAt: instant(BookEntitlement?.Created) ?? 0,
    deletedAt: null,
  }
}

function stateOf(wire: z.infer<typeof State>): ReadingState {
  const { StatusInfo, Statistics, CurrentBookmark } = wire
  const place = CurrentBookmark.Location
  return {
    book: wire.EntitlementId,
    rev: 1,
    origin: null,
    createdAt: instant(wire.Created) ?? 0,
    modified: moment(wire.LastModified),
    status: {
      modified: moment(StatusInfo.LastModified),
      status: StatusInfo.Status,
      timesStarted: StatusInfo.TimesStartedReading,
      lastStarted: StatusInfo.LastTimeStartedReading,
      lastFinished: StatusInfo.LastTimeFinished,
    },
    statistics: {
      modified: moment(Statistics.LastModified),
      spentMinutes: Statistics.SpentReadingMinutes,
      remainingMinutes: Statistics.RemainingTimeMinutes,
    },
    place: {
      modified: moment(CurrentBookmark.LastModified),
      percent: CurrentBookmark.ProgressPercent,
      sourcePercent: CurrentBookmark.ContentSourceProgressPercent,
      location: place ? { source: place.Source, type: place.Type, value: place.Value } : null,
    },
  }
}

function moment(text: string): Moment {
  return { text, at: instant(text) ?? 0 }
}

function instant(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTimestamp(text)
}
