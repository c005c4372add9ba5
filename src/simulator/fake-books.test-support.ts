import type { FakeServer } from './fake-server.test-support.ts'

/** Makes a book known to the server and gives its NewEntitlement. */
export function newBook(
  fake: FakeServer,
  id: string,
  title: string,
  changes: Changes = {},
): unknown {
  const file =
    changes.file ?? Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from(`${title} ${id}`)])
  fake.files.set(id, file)
  const metadata = metadataOf(fake, id, title, file.length, changes)
  fake.books.set(id, metadata)
  return {
    NewEntitlement: {
      BookEntitlement: entitlementOf(id, changes.revision ?? id, false),
      BookMetadata: metadata,
    },
  }
}

export interface Changes {
  format?: 'KEPUB' | 'EPUB3'
  file?: Buffer
  revision?: string
  metadata?: Record<string, unknown>
}

export function removal(id: string): unknown {
  return {
    ChangedEntitlement: {
      BookEntitlement: entitlementOf(id, id, true),
      BookMetadata: {
        EntitlementId: id,
        RevisionId: id,
        CrossRevisionId: id,
        WorkId: id,
        Title: id,
        DownloadUrls: [],
      },
      ReadingState: null,
    },
  }
}

export function stateOf(id: string, percent: number, at: string): Record<string, unknown> {
  return {
    EntitlementId: id,
    Created: at,
    LastModified: at,
    PriorityTimestamp: at,
    StatusInfo: { LastModified: at, Status: 'Reading', TimesStartedReading: 1 },
    Statistics: { LastModified: at },
    CurrentBookmark: { LastModified: at, ProgressPercent: percent },
  }
}

export function entitlementOf(
  id: string,
  revision: string,
  removed: boolean,
): Record<string, unknown> {
  const at = '2026-01-05T10:00:00Z'
  return {
    Accessibility: 'Full',
    ActivePeriod: { From: at },
    Created: at,
    CrossRevisionId: id,
    Id: id,
    IsHiddenFromArchive: false,
    IsLocked: false,
    IsRemoved: removed,
    LastModified: at,
    OriginCategory: 'Imported',
    RevisionId: revision,
    Status: 'Active',
  }
}

export function metadataOf(
  fake: FakeServer,
  id: string,
  title: string,
  size: number,
  changes: Changes = {},
): Record<string, unknown> {
  return {
    EntitlementId: id,
    RevisionId: changes.revision ?? id,
    CrossRevisionId: id,
    WorkId: id,
    CoverImageId: `${id}-cover`,
    Title: title,
    Language: 'en',
    Contributors: ['A Writer'],
    ContributorRoles: [{ Name: 'A Writer' }],
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
      {
        Format: changes.format ?? 'EPUB3',
        Size: size,
        Url: `${fake.url}/files/${id}`,
        Platform: 'Generic',
        DrmType: 'None',
      },
    ],
    ...changes.metadata,
  }
}
