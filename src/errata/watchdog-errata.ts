import type { NewErratum } from './erratum.ts'
import { about, type Caller } from './device-errata.ts'

/** A book that an erratum is about. */
export type Titled = { id: string; title: string }

/**
 * A download that was tried and never completed. `unsaved`: the Kobo may have highlights in the book that are not stored here, so
 * that fetching it again may cost them.
 */
export function downloadFailed(
  device: Caller,
  book: Titled,
  { tries, unsaved }: { tries: number; unsaved: boolean },
): NewErratum {
  const often = tries === 1 ? 'once' : `${tries} times`
  return {
    ...aboutPair('download-failed', device, book),
    cause: `“${device.name}” began to fetch “${book.title}” ${often} and never got all of it.`,
    consequence: `The book cannot be read there. It can be taken off the Kobo and offered anew.${
      unsaved
        ? ' If it can be read there after all, highlights that are not stored here are lost.'
        : ''
    }`,
  }
}

/** A download that broke off and was not taken up again. */
export function downloadCut(device: Caller, book: Titled): NewErratum {
  return {
    ...aboutPair('download-cut', device, book),
    cause: `The download of “${book.title}” to “${device.name}” broke off.`,
    consequence: 'The book cannot be read there until it is fetched again: tap it on the Kobo.',
  }
}

/** A Kobo that asked where a book's file is, and did not come for it. */
export function downloadNotBegun(device: Caller, book: Titled): NewErratum {
  return {
    ...aboutPair('download-not-begun', device, book),
    cause: `“${device.name}” asked where “${book.title}” is, and did not fetch it.`,
    consequence:
      'The book cannot be read there. The Kobo may not reach the address that it was given: check the public URL of this server, then tap the book on the Kobo.',
  }
}

/** A Kobo that does not take what it is sent. `session` is the place in its log of the sync in which it was seen. */
export function tokenStuck(device: Caller & { onePage: boolean }, session: number): NewErratum {
  return {
    ...about(device, 'token-stuck'),
    cause: `“${device.name}” sent the same token three times in one sync: it does not take what it is sent.`,
    consequence: device.onePage
      ? 'From now on it gets one page with each sync, so that a large shelf takes several.'
      : 'The sync was ended, and the next one goes on. If the Kobo does this again, it gets one page with each sync.',
    detail: { session: String(session) },
  }
}

/** A Kobo that syncs and whose calls for highlights do not arrive. */
export function servicesSilent(device: Caller): NewErratum {
  return {
    ...about(device, 'services-silent'),
    cause: `“${device.name}” syncs, but never calls this server about highlights.`,
    consequence:
      'Its highlights are not stored here. Let the proxy pass /api/v3, /api/UserStorage and /api/internal from the root of the host to Holdfast.',
  }
}

/** A book whose words on the wire are so long that they nearly fill a page alone. `bytes` of one operation. */
export function bookNearLimit(book: Titled & { metaRev: number }, bytes: number): NewErratum {
  return {
    kind: 'book-near-limit',
    subject: book.id,
    person: null, // any device of the household may get it
    device: null,
    book: book.id,
    cause: `What a Kobo is told of “${book.title}” takes ${kilobytes(bytes)} KB, half of what one answer may hold.`,
    consequence:
      'A Kobo gives up on answers that are too long. Shorten its description and the names in it.',
    detail: { metaRev: String(book.metaRev) },
  }
}

/** An answer whose headers are nearly as long as proxies allow. `path` is its shape; `day` counts days, so that the newest is known. */
export function headersNearLimit(path: string, bytes: number, day: number): NewErratum {
  return {
    kind: 'headers-near-limit',
    subject: 'headers',
    person: null,
    device: null,
    book: null,
    cause: `An answer to ${path} had headers of ${bytes} bytes.`,
    consequence:
      'Proxies drop answers whose headers are too long, and the Kobo then gets nothing. A shorter title of the book, or a shorter public URL, helps.',
    detail: { day: String(day) },
  }
}

/** Kinds of requests that this program does not know. */
export function unknownRequests(
  kinds: readonly { method: string; shape: string; firmware: string }[],
): NewErratum {
  const shown = kinds
    .slice(0, SHOWN)
    .map((kind) => `${kind.method} ${kind.shape} (${kind.firmware})`)
  const more = kinds.length > SHOWN ? ` and ${kinds.length - SHOWN} more` : ''
  return {
    kind: 'unknown-requests',
    subject: 'unknown',
    person: null,
    device: null,
    book: null,
    cause: `A Kobo asked for what this Holdfast does not know: ${shown.join(', ')}${more}.`,
    consequence:
      'It was answered with nothing, which does no harm. A newer Holdfast may know more.',
    detail: {},
  }
}

const SHOWN = 10

/** A disk that is nearly full. `free` in bytes, told in steps, so that the words do not change with every page of a log. */
export function lowDisk(folder: string, free: number): NewErratum {
  const left = Math.floor(free / STEP) * (STEP / 1_000_000)
  return {
    kind: 'low-disk',
    subject: folder,
    person: null,
    device: null,
    book: null,
    cause: `The disk of ${folder} is nearly full: ${left === 0 ? `less than ${STEP / 1_000_000}` : `about ${left}`} MB are left.`,
    consequence:
      'When it is full, books are neither imported nor prepared, and Kobos cannot sync. Nothing is lost by that. Please make room.',
    detail: {},
  }
}

const STEP = 50_000_000

/** A book that a reader removed on a Kobo and that stands on shelves which other Kobos carry as well. */
export function removedOnKobo(
  device: Caller,
  book: Titled,
  shelves: readonly string[],
): NewErratum {
  const names = shelves.map((name) => `“${name}”`).join(', ')
  return {
    ...aboutPair('removed-on-kobo', device, book),
    cause: `“${book.title}” was removed on “${device.name}”. It stands on ${names}, which other Kobos carry too.`,
    consequence: `It stays off “${device.name}”. Should it also leave ${shelves.length === 1 ? 'that shelf' : 'those shelves'}, and so the other Kobos?`,
  }
}

function aboutPair(kind: NewErratum['kind'], device: Caller, book: Titled): NewErratum {
  return {
    kind,
    subject: `${device.id} ${book.id}`,
    person: device.person,
    device: device.id,
    book: book.id,
    cause: '',
    consequence: '',
    detail: {},
  }
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1024)
}
