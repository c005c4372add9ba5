import { instantOf } from '../instants.ts'
import { bookEntitlement, bookMetadata, removedMetadata } from './book-metadata.ts'
import { readingState } from './reading-state.ts'
import {
  arrayOf,
  filledText,
  isRecord,
  object,
  oneOf,
  text,
  timestamp,
  type Shape,
} from './shape.ts'

/** The limits of one answer to a library sync. */
export const PAGE_OPERATIONS = 100
export const PAGE_BYTES = 204_800

const newTag = object({
  Id: filledText,
  Name: filledText,
  Type: oneOf('UserTag', 'SystemTag'),
  Created: timestamp,
  LastModified: timestamp,
  Items: arrayOf(object({ RevisionId: text, Type: text })),
})

const kinds = new Map<string, Shape>([
  ['NewEntitlement', entitlement],
  ['ChangedEntitlement', entitlement],
  ['ChangedProductMetadata', productMetadata],
  ['ChangedReadingState', object({ ReadingState: readingState })],
  ['NewTag', object({ Tag: newTag })],
  ['ChangedTag', object({ Tag: newTag })],
  ['DeletedTag', object({ Tag: object({ Id: filledText, LastModified: timestamp }) })],
])

/** What is wrong with a page as a whole and with each of its operations (docs/protocol/library-sync.md). */
export function complaintsAboutPage(page: readonly unknown[], bytes: number): string[] {
  const complaints = page.flatMap((operation, n) => complaintsAboutOperation(operation, n + 1))
  if (page.length > PAGE_OPERATIONS) {
    complaints.push(`the page has ${page.length} operations, more than ${PAGE_OPERATIONS}`)
  }
  if (bytes > PAGE_BYTES) complaints.push(`the page has ${bytes} bytes, more than ${PAGE_BYTES}`)
  return complaints
}

/** What is wrong with the token of an answer. Undefined stands for an absent header. */
export function complaintsAboutToken(token: string | undefined): string[] {
  if (token === undefined || token === '') return ['the answer has no x-kobo-synctoken']
  const complaints = token.length >= 200 ? [`the token has ${token.length} bytes, 200 or more`] : []
  const standard = /^[A-Za-z0-9+/]+={0,2}$/.test(token) && token.length % 4 === 0
  return standard ? complaints : [...complaints, 'the token is not standard base64 without a dot']
}

function complaintsAboutOperation(operation: unknown, n: number): string[] {
  const keys = isRecord(operation) ? Object.keys(operation) : []
  const [kind = ''] = keys
  const shape = kinds.get(kind)
  if (!isRecord(operation) || keys.length !== 1) {
    return [`operation ${n} must be an object with a single key`]
  }
  if (!shape) return [`operation ${n} is of an unknown kind, ${kind.slice(0, 60)}`]
  return shape(operation[kind], kind).map((complaint) => `operation ${n}: ${complaint}`)
}

function entitlement(value: unknown, at: string): string[] {
  if (!isRecord(value)) return [`${at} must be an object`]
  const right = value['BookEntitlement']
  const removed = isRecord(right) && right['IsRemoved'] === true
  const state = value['ReadingState'] ?? null
  return [
    ...bookEntitlement(right, `${at}.BookEntitlement`),
    ...(removed ? removedMetadata : bookMetadata)(value['BookMetadata'], `${at}.BookMetadata`),
    ...(state === null ? [] : readingState(state, `${at}.ReadingState`)),
    ...disagreements(right, value['BookMetadata'], at),
    ...(isRecord(right) && isRecord(right['ActivePeriod']) ? periodOrder(right, at) : []),
  ]
}

/** Bare metadata, or a container of an entitlement and the metadata: both shapes are in use. */
function productMetadata(value: unknown, at: string): string[] {
  if (!isRecord(value) || !('BookMetadata' in value)) return bookMetadata(value, at)
  return [
    ...bookEntitlement(value['BookEntitlement'], `${at}.BookEntitlement`),
    ...bookMetadata(value['BookMetadata'], `${at}.BookMetadata`),
    ...disagreements(value['BookEntitlement'], value['BookMetadata'], at),
  ]
}

function disagreements(entitlement: unknown, metadata: unknown, at: string): string[] {
  if (!isRecord(entitlement) || !isRecord(metadata)) return []
  const complaints: string[] = []
  if (entitlement['Id'] !== metadata['EntitlementId']) {
    complaints.push(`${at} names two books, in Id and in EntitlementId`)
  }
  if (entitlement['RevisionId'] !== metadata['RevisionId']) {
    complaints.push(`${at} names two revisions of one book`)
  }
  return complaints
}

function periodOrder(entitlement: Record<string, unknown>, at: string): string[] {
  const period = entitlement['ActivePeriod']
  const from = isRecord(period) ? instantOf(period['From']) : undefined
  const to = isRecord(period) ? instantOf(period['To']) : undefined
  const backwards = from !== undefined && to !== undefined && to < from
  return backwards ? [`${at}.BookEntitlement.ActivePeriod ends before it begins`] : []
}
