import { syncUrl } from '../public-url.ts'

/** Where downloads are mounted. Their addresses hold a media key in the place of the secret. */
export const DOWNLOAD_PATH = '/kobo/files/:mediaKey/:book/:artifact'

/** Where covers are mounted: one path for each of the two templates. Their addresses hold a cover key. */
export const COVER_PATHS = [
  '/kobo/covers/:coverKey/:imageId/:width/:height/:grey/image.jpg',
  '/kobo/covers/:coverKey/:imageId/:width/:height/:quality/:grey/image.jpg',
] as const

/** The addresses in the Resources map that lead here. */
export type KoboUrls = {
  librarySync: string
  imageHost: string
  imageTemplate: string
  imageQualityTemplate: string
  oauthHost: string
  readingServicesHost: string
}

/**
 * The addresses that a Kobo with this secret is given. `base` is the public URL without a trailing slash. A Kobo keeps the
 * path of the OAuth host and drops that of the reading services (docs/protocol/first-contact.md).
 */
export function koboUrls(base: string, secret: string, coverKey: string): KoboUrls {
  const api = syncUrl(base, secret)
  const covers = `${base}/kobo/covers/${coverKey}`
  return {
    librarySync: `${api}/v1/library/sync`,
    imageHost: `${covers}/`,
    imageTemplate: `${covers}/{ImageId}/{Width}/{Height}/false/image.jpg`,
    imageQualityTemplate: `${covers}/{ImageId}/{Width}/{Height}/{Quality}/{IsGreyscale}/image.jpg`,
    oauthHost: `${api}/oauth`,
    readingServicesHost: new URL(base).origin,
  }
}

/** Where a device downloads an artifact of a book, under the media key that it has now. */
export function downloadUrl(
  base: string,
  mediaKey: string,
  book: string,
  artifact: string,
): string {
  return `${base}/kobo/files/${mediaKey}/${book}/${artifact}`
}
