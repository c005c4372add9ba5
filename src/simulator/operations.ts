import { isRecord } from './validate/shape.ts'

/** A book as an operation describes it; what is absent is undefined and stays as it was. */
export interface Metadata {
  id: string
  revision: string | undefined
  title: string | undefined
  subtitle: string | undefined
  authors: string | undefined
  description: string | undefined
  imageId: string | undefined
  language: string | undefined
  publisher: string | undefined
  isbn: string | undefined
  series: { id: string; name: string; number: string; sort: number | undefined } | undefined
  /** Of the only entry of DownloadUrls. */
  format: string | undefined
  size: number | undefined
  url: string | undefined
}

/** A reading state as the device takes it. */
export interface State {
  id: string
  lastModified: string | undefined
  priority: string | undefined
  created: string | undefined
  status: string | undefined
  timesStarted: number | undefined
  minutes: number | undefined
  percent: number | undefined
  chapterPercent: number | undefined
  /** `source#span`, as the database keeps it. */
  location: string | undefined
}

export type Operation =
  | {
      kind: 'NewEntitlement' | 'ChangedEntitlement'
      id: string
      removed: boolean
      revision: string | undefined
      accessibility: string
      metadata: Metadata | undefined
      state: State | undefined
    }
  | { kind: 'ChangedProductMetadata'; id: string; shape: 'bare' | 'container'; metadata: Metadata }
  | { kind: 'ChangedReadingState'; id: string; state: State }
  | { kind: 'NewTag' | 'ChangedTag'; id: string; name: string; type: string; books: string[] }
  | { kind: 'DeletedTag'; id: string }

/** Reads one element of a page as leniently as a device does. Undefined when it names nothing. */
export function readOperation(element: unknown): Operation | undefined {
  const kind = isRecord(element) ? (Object.keys(element)[0] ?? '') : ''
  const value = isRecord(element) ? element[kind] : undefined
  if (!isRecord(value)) return undefined
  switch (kind) {
    case 'NewEntitlement':
    case 'ChangedEntitlement':
      return readEntitlement(kind, value)
    case 'ChangedProductMetadata': {
      const shape = 'BookMetadata' in value ? 'container' : 'bare'
      const metadata = readMetadata(shape === 'container' ? value['BookMetadata'] : value)
      return metadata && { kind, id: metadata.id, shape, metadata }
    }
    case 'ChangedReadingState': {
      const state = readState(value['ReadingState'])
      return state && { kind, id: state.id, state }
    }
    case 'NewTag':
    case 'ChangedTag':
    case 'DeletedTag':
      return readTag(kind, value['Tag'])
    default:
      return undefined
  }
}

export function readMetadata(value: unknown): Metadata | undefined {
  if (!isRecord(value)) return undefined
  const id = textOf(value['EntitlementId'])
  if (!id) return undefined
  const urls = value['DownloadUrls']
  const download: unknown = Array.isArray(urls) ? urls[0] : undefined
  const publisher = value['Publisher']
  const authors = value['Contributors']
  return {
    id,
    revision: textOf(value['RevisionId']),
    title: textOf(value['Title']),
    subtitle: textOf(value['SubTitle']) ?? textOf(value['Subtitle']),
    authors: Array.isArray(authors) ? authors.map(String).join(', ') : textOf(authors),
    description: textOf(value['Description']),
    imageId: textOf(value['CoverImageId']),
    language: textOf(value['Language']),
    publisher: isRecord(publisher) ? textOf(publisher['Name']) : undefined,
    isbn: textOf(value['Isbn']),
    series: readSeries(value['Series']),
    format: isRecord(download) ? textOf(download['Format']) : undefined,
    size: isRecord(download) ? numberOf(download['Size']) : undefined,
    url: isRecord(download) ? textOf(download['Url']) : undefined,
  }
}

export function readState(value: unknown): State | undefined {
  if (!isRecord(value)) return undefined
  const id = textOf(value['EntitlementId'])
  if (!id) return undefined
  const info = isRecord(value['StatusInfo']) ? value['StatusInfo'] : {}
  const statistics = isRecord(value['Statistics']) ? value['Statistics'] : {}
  const bookmark = isRecord(value['CurrentBookmark']) ? value['CurrentBookmark'] : {}
  const location = bookmark['Location']
  return {
    id,
    lastModified: textOf(value['LastModified']),
    priority: textOf(value['PriorityTimestamp']),
    created: textOf(value['Created']),
    status: textOf(info['Status']),
    timesStarted: numberOf(info['TimesStartedReading']),
    minutes: numberOf(statistics['SpentReadingMinutes']),
    percent: numberOf(bookmark['ProgressPercent']),
    chapterPercent: numberOf(bookmark['ContentSourceProgressPercent']),
    location: isRecord(location)
      ? `${textOf(location['Source']) ?? ''}#${textOf(location['Value']) ?? ''}`
      : undefined,
  }
}

function readEntitlement(
  kind: 'NewEntitlement' | 'ChangedEntitlement',
  value: Record<string, unknown>,
): Operation | undefined {
  const right = value['BookEntitlement']
  const id = isRecord(right) ? textOf(right['Id']) : undefined
  if (!isRecord(right) || !id) return undefined
  return {
    kind,
    id,
    removed: right['IsRemoved'] === true,
    revision: textOf(right['RevisionId']),
    accessibility: textOf(right['Accessibility']) ?? 'Full',
    metadata: readMetadata(value['BookMetadata']),
    state: readState(value['ReadingState']),
  }
}

function readTag(
  kind: 'NewTag' | 'ChangedTag' | 'DeletedTag',
  tag: unknown,
): Operation | undefined {
  const id = isRecord(tag) ? textOf(tag['Id']) : undefined
  if (!isRecord(tag) || !id) return undefined
  if (kind === 'DeletedTag') return { kind, id }
  const entries: unknown[] = Array.isArray(tag['Items']) ? tag['Items'] : []
  return {
    kind,
    id,
    name: textOf(tag['Name']) ?? id,
    type: textOf(tag['Type']) ?? 'UserTag',
    books: entries.flatMap((entry) =>
      isRecord(entry) ? [textOf(entry['RevisionId']) ?? []].flat() : [],
    ),
  }
}

function readSeries(value: unknown): Metadata['series'] {
  const name = isRecord(value) ? textOf(value['Name']) : undefined
  if (!isRecord(value) || !name) return undefined
  const number = value['Number']
  return {
    id: textOf(value['Id']) ?? name,
    name,
    number: typeof number === 'number' ? String(number) : (textOf(number) ?? ''),
    sort: numberOf(value['NumberFloat']),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
