import {
  anyObject,
  arrayOf,
  boolean,
  byteCount,
  filledText,
  isRecord,
  number,
  object,
  oneOf,
  text,
  timestamp,
  type Shape,
} from './shape.ts'

const download = object({
  Format: oneOf('KEPUB', 'EPUB3', 'EPUB', 'EPUB3FL', 'EPUB3_SAMPLE', 'EPUB3FL_SAMPLE'),
  Size: byteCount,
  Url: filledText,
  Platform: oneOf('Generic', 'Android'),
  DrmType: oneOf('None'),
})

const ids = {
  EntitlementId: filledText,
  RevisionId: filledText,
  CrossRevisionId: filledText,
  WorkId: filledText,
}

const fullMetadata = object(
  {
    ...ids,
    CoverImageId: filledText,
    Title: filledText,
    Language: filledText,
    Contributors: arrayOf(text),
    ContributorRoles: arrayOf(object({ Name: text }, { Role: text })),
    Categories: arrayOf(text),
    Genre: text,
    CurrentDisplayPrice: object({ CurrencyCode: text, TotalAmount: number }),
    CurrentLoveDisplayPrice: object({ TotalAmount: number }),
    ExternalIds: arrayOf(text),
    PhoneticPronunciations: anyObject,
    IsEligibleForKoboLove: boolean,
    IsInternetArchive: boolean,
    IsPreOrder: boolean,
    IsSocialEnabled: boolean,
    DownloadUrls: arrayOf(download),
  },
  {
    SubTitle: text,
    Subtitle: text,
    Description: text,
    Publisher: object({}, { Name: text, Imprint: text }),
    PublicationDate: timestamp,
    Isbn: text,
    Series: object({ Id: filledText, Name: filledText }, { NumberFloat: number }),
  },
)

/** The metadata of a book that is to stay: every field that working servers send and exactly one download. */
export const bookMetadata: Shape = (value, at) => {
  const complaints = fullMetadata(value, at)
  const urls = isRecord(value) ? value['DownloadUrls'] : undefined
  const count = Array.isArray(urls) ? urls.length : 1
  return count === 1
    ? complaints
    : [...complaints, `${at}.DownloadUrls must have exactly one entry, it has ${count}`]
}

/** The stub beside a removal. */
export const removedMetadata = object({
  ...ids,
  Title: filledText,
  DownloadUrls: arrayOf(download),
})

/** The entitlement of a book (docs/protocol/library-sync.md). */
export const bookEntitlement = object({
  Id: filledText,
  CrossRevisionId: filledText,
  RevisionId: filledText,
  Accessibility: oneOf('Full', 'Preview'),
  ActivePeriod: object({ From: timestamp }, { To: timestamp }),
  Created: timestamp,
  LastModified: timestamp,
  IsRemoved: boolean,
  IsHiddenFromArchive: boolean,
  IsLocked: boolean,
  OriginCategory: oneOf('Imported', 'Purchased'),
  Status: oneOf('Active', 'Deleted'),
})
