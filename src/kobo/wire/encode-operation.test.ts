import { describe, expect, test } from 'vitest'
import { bareBook } from '../../../test/support/bare-book.ts'
import type { Artifact } from '../../artifacts/artifact.ts'
import type { Book } from '../../catalogue/book.ts'
import type { ReadingState } from '../../reading/reading-state.ts'
import type { Operation } from '../../sync/log.ts'
import { isUuid } from '../../uuid.ts'
import { encodeOperation } from './encode-operation.ts'

const alice: Book = {
  id: '6b1f2c3d-0000-5000-8000-000000000001',
  title: 'Alice’s Adventures',
  subtitle: 'In Wonderland',
  contributors: [
    { name: 'Lewis Carroll', sortName: null, role: 'aut' },
    { name: 'John Tenniel', sortName: null, role: 'ill' },
  ],
  series: { name: 'Alice', index: 1.5 },
  language: 'en-GB',
  publisher: 'Macmillan',
  published: '1865',
  publishedAt: Date.UTC(1865, 10, 26),
  isbn: '9780000000000',
  identifiers: [],
  description: '<p>A girl falls.</p>',
  subjects: [],
  layout: 'reflowable',
  format: 'epub',
  cover: { hash: '1a2b3c4d5e', type: 'image/jpeg', crop: null },
  metaRev: 1,
  fileRev: 1,
  file: { hash: 'f', size: 1, path: 'x' },
  artifact: 'h',
  uploader: null,
  addedAt: Date.UTC(2026, 0, 5, 10, 0, 0, 999),
  deletedAt: null,
}

const { id, title, file, addedAt } = alice
const bare = bareBook({ id, title, file, addedAt, artifact: 'h' })

const artifact: Artifact = {
  hash: 'h',
  book: alice.id,
  fileRev: 1,
  format: 'KEPUB',
  size: 734_003,
}

const state: ReadingState = {
  book: alice.id,
  rev: 3,
  origin: null,
  createdAt: Date.UTC(2026, 0, 6),
  modified: { text: '2026-02-01T00:00:00.1234567Z', at: 0 },
  status: null,
  statistics: {
    modified: { text: '2026-02-01T00:00:01Z', at: 0 },
    spentMinutes: 0,
    remainingMinutes: null,
  },
  place: {
    modified: { text: '2026-02-01T00:00:02Z', at: 0 },
    percent: 33,
    sourcePercent: 0,
    location: { source: 'OEBPS/c.xhtml', type: 'KoboSpan', value: 'kobo.1.1' },
  },
}

function operation(verb: Operation['verb'], more: Partial<Operation> = {}): Operation {
  return { verb, book: alice.id, metaRev: 1, fileRev: 1, stateRev: 0, artifact: 'h', ...more }
}

const about = { book: alice, artifact, state: null, downloadUrl: 'http://h/f' }

const entitlement = {
  Accessibility: 'Full',
  ActivePeriod: { From: '2026-01-05T10:00:00Z' },
  Created: '2026-01-05T10:00:00Z',
  CrossRevisionId: alice.id,
  Id: alice.id,
  IsHiddenFromArchive: false,
  IsLocked: false,
  IsRemoved: false,
  LastModified: '2026-01-05T10:00:00Z',
  OriginCategory: 'Imported',
  RevisionId: alice.id,
  Status: 'Active',
}

const metadata = {
  EntitlementId: alice.id,
  RevisionId: alice.id,
  CrossRevisionId: alice.id,
  WorkId: alice.id,
  CoverImageId: `${alice.id}-1a2b3c4d`,
  Title: 'Alice’s Adventures',
  SubTitle: 'In Wonderland',
  Description: '<p>A girl falls.</p>',
  Language: 'en',
  Isbn: '9780000000000',
  Contributors: ['Lewis Carroll'],
  ContributorRoles: [{ Name: 'Lewis Carroll' }],
  Publisher: { Name: 'Macmillan', Imprint: '' },
  PublicationDate: '1865-11-26T00:00:00Z',
  Series: {
    Id: expect.stringMatching(/-5[0-9a-f]{3}-/),
    Name: 'Alice',
    Number: '1.5',
    NumberFloat: 1.5,
  },
  Categories: ['00000000-0000-0000-0000-000000000001'],
  Genre: '00000000-0000-0000-0000-000000000001',
  CurrentDisplayPrice: { CurrencyCode: 'USD', TotalAmount: 0 },
  CurrentLoveDisplayPrice: { TotalAmount: 0 },
  ExternalIds: [],
  PhoneticPronunciations: {},
  IsEligibleForKoboLove: false,
  IsInternetArchive: false,
  IsPreOrder: false,
  IsSocialEnabled: true,
  DownloadUrls: [
    { Format: 'KEPUB', Size: 734_003, Url: 'http://h/f', Platform: 'Generic', DrmType: 'None' },
  ],
}

const wireState = {
  EntitlementId: alice.id,
  Created: '2026-01-06T00:00:00Z',
  LastModified: '2026-02-01T00:00:00.1234567Z',
  PriorityTimestamp: '2026-02-01T00:00:00.1234567Z',
  StatusInfo: {
    LastModified: '2026-02-01T00:00:00.1234567Z',
    Status: 'ReadyToRead',
    TimesStartedReading: 0,
  },
  Statistics: { LastModified: '2026-02-01T00:00:01Z', SpentReadingMinutes: 0 },
  CurrentBookmark: {
    LastModified: '2026-02-01T00:00:02Z',
    ProgressPercent: 33,
    ContentSourceProgressPercent: 0,
    Location: { Source: 'OEBPS/c.xhtml', Type: 'KoboSpan', Value: 'kobo.1.1' },
  },
}

describe('an operation on the wire', () => {
  test('a new book is an entitlement with everything about it', () => {
    expect(encodeOperation(operation('new'), about)).toEqual({
      NewEntitlement: { BookEntitlement: entitlement, BookMetadata: metadata },
    })
  })

  test('a new book that was read elsewhere brings its place', () => {
    expect(encodeOperation(operation('new'), { ...about, state })).toMatchObject({
      NewEntitlement: { ReadingState: wireState },
    })
  })

  test('changed metadata is a container, with the revision and size that were announced', () => {
    expect(encodeOperation(operation('metadata'), about)).toEqual({
      ChangedProductMetadata: { BookEntitlement: entitlement, BookMetadata: metadata },
    })
  })

  test('a removal is an entitlement that is removed, with a stub', () => {
    expect(
      encodeOperation(operation('removal', { artifact: null }), {
        ...about,
        artifact: null,
        downloadUrl: null,
      }),
    ).toEqual({
      ChangedEntitlement: {
        BookEntitlement: { ...entitlement, IsRemoved: true },
        BookMetadata: {
          EntitlementId: alice.id,
          RevisionId: alice.id,
          CrossRevisionId: alice.id,
          WorkId: alice.id,
          Title: alice.id,
          DownloadUrls: [],
        },
        ReadingState: null,
      },
    })
  })

  test('a state goes back in the words of the device, whole numbers whole and zeros as zeros', () => {
    const wire = encodeOperation(operation('state'), { ...about, state })
    expect(wire).toEqual({ ChangedReadingState: { ReadingState: wireState } })
    expect(JSON.stringify(wire)).toContain('"ProgressPercent":33,"ContentSourceProgressPercent":0,')
  })

  test('another file has another revision, and the same one every time', () => {
    const revision = () => {
      const wire = JSON.stringify(encodeOperation(operation('file', { fileRev: 2 }), about))
      return /"RevisionId":"([^"]+)"/.exec(wire)?.[1] ?? ''
    }
    expect(isUuid(revision())).toBe(true)
    expect(revision()).not.toBe(alice.id)
    expect(revision()).toBe(revision())
  })

  test('a book that says little leaves no empty words, but clears an old description', () => {
    expect(encodeOperation(operation('new'), { ...about, book: bare })).toMatchObject({
      NewEntitlement: {
        BookMetadata: {
          CoverImageId: alice.id,
          Description: ' ',
          Language: 'en',
          Contributors: [],
        },
      },
    })
    const text = JSON.stringify(encodeOperation(operation('new'), { ...about, book: bare }))
    for (const absent of ['SubTitle', 'Isbn', 'Publisher', 'PublicationDate', 'Series', 'null'])
      expect(text).not.toContain(absent)
  })

  test('a new book without a file is refused', () => {
    expect(() => encodeOperation(operation('new'), { ...about, artifact: null })).toThrow(
      /artifact/,
    )
    expect(() => encodeOperation(operation('state'), about)).toThrow(/there is none/)
  })

  test('even the longest description leaves an operation small', () => {
    const book = { ...alice, description: `<div><p>${'“ß”'.repeat(100_000)}</p></div>` }
    const text = JSON.stringify(encodeOperation(operation('new'), { ...about, book }))
    expect(Buffer.byteLength(text)).toBeLessThan(100_000)
    expect(text).toContain('</p></div>"')
  })
})
