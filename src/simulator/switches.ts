/**
 * What is not known for certain about real firmware, one switch for each doubt. The defaults are the behaviour that most
 * measurements agree on.
 */
export interface Switches {
  /** When the device stores the token of a page: after each page, after the last page, or (pinned) it even repeats the old token while the server says continue. */
  tokenStored: 'per-page' | 'at-end' | 'pinned'
  /** Whether the token of an empty answer is stored. */
  storesTokenOnEmpty: boolean
  /** What NewEntitlement does to a book that is already downloaded under the same revision. */
  newOnHeld: 'harmless' | 'flips-if-size-differs' | 'always-flips'
  /** What a crash leaves of a page: all of it or nothing, its first operations, or (torn) half of one operation besides. */
  pageApplied: 'whole' | 'item-by-item' | 'torn'
  /** What a change does that names a book the device does not have. Every measurement says dropped. */
  changedOnUnknown: 'dropped' | 'inserted'
  /** Whether NewEntitlement brings a removed row back. */
  removedRowRevived: boolean
  /** Which books the device lists in checkforchanges during a sync. */
  annotationList: 'all' | 'open-only' | 'recent' | 'nothing'
  /** What a download does to the highlights of the book. */
  annotationsAfterDownload: 'emptied-and-filled' | 'kept'
  /** How many newly announced books are downloaded without being asked for. */
  downloadsPerSync: number
  /** Whether covers are asked for at all. */
  coversFetched: boolean
  /** Whether a cached cover is kept for ever; otherwise every sync asks for all covers. */
  coversKept: boolean
  /** One cover size for each book, or the sizes that a device with a large screen asks for. */
  coverSizes: 'one' | 'several'
  /** Which shapes of ChangedProductMetadata have an effect. */
  metadataShape: 'both' | 'bare' | 'container'
  /** Whether signing out keeps the books. Highlights are lost either way. */
  signOut: 'keeps-rows' | 'drops-rows'
  /** Whether the sync token survives a firmware update. */
  firmwareUpdate: 'keeps-token' | 'drops-token'
  /** Whether the states of a book written offline are told one by one, each with its own instant, or only the last. */
  offlineWrites: 'last-state' | 'every-state'
  /** Whether changed highlights go out with the states, before the library, or after the downloads. */
  highlightsSent: 'with-states' | 'after-downloads'
  /** Whether a DELETE announces a JSON body of no bytes, as seen on devices. */
  deleteSends: 'empty-json' | 'nothing'
  /** How often the device asks for the Resources map. */
  initializes: 'every-sync' | 'when-missing'
  /** A device without a Kobo account adds itself at first contact. */
  accountless: boolean
  /** Whether the calls around the library (loyalty, deals, wishlist …) are made. */
  sideCalls: boolean
  /** Which OAuth calls come before the library; some builds ask for a code first. */
  oauth: 'none' | 'token' | 'authorize-first'
  /** How the device asks for a token. */
  tokenRequest: 'form' | 'json'
  /** Whether StatusInfo says more than the status and when it changed. */
  statusInfo: 'whole' | 'short'
  /** Whether the annotations of a book are asked for after its download. */
  annotationsAskedAfterDownload: boolean
  /** Which of the two addresses of covers is used. */
  coverTemplate: 'plain' | 'quality'
  /** Whether the shop is also asked for in version 2 of its calls. */
  shopCalls: 'v1' | 'v1-and-v2'
  /** Whether calls are made that no server has heard of. */
  unknownCalls: boolean
  /** Openers before a retry: whether a page that did not arrive is asked for again at once, without the calls that open a sync, or at the next sync, after them. */
  pageAskedAgain: 'at-once' | 'next-sync'
  /** Whether the Host header lacks the port, as on real devices. */
  hostWithoutPort: boolean
  /** How long the device waits for an answer, in ms. */
  patienceMs: number
  /** How far the device's clock is ahead of the true time, in ms; less than 0 when it is behind. */
  clockAheadMs: number
  firmware: string
  model: string
  platformId: string
}

export const defaultSwitches: Switches = {
  tokenStored: 'per-page',
  storesTokenOnEmpty: true,
  newOnHeld: 'flips-if-size-differs',
  pageApplied: 'whole',
  changedOnUnknown: 'dropped',
  removedRowRevived: true,
  annotationList: 'all',
  annotationsAfterDownload: 'emptied-and-filled',
  downloadsPerSync: 5,
  coversFetched: true,
  coversKept: true,
  coverSizes: 'one',
  metadataShape: 'both',
  signOut: 'keeps-rows',
  firmwareUpdate: 'keeps-token',
  offlineWrites: 'last-state',
  highlightsSent: 'after-downloads',
  deleteSends: 'empty-json',
  initializes: 'every-sync',
  accountless: true,
  sideCalls: true,
  oauth: 'token',
  tokenRequest: 'form',
  statusInfo: 'short',
  annotationsAskedAfterDownload: true,
  coverTemplate: 'plain',
  shopCalls: 'v1',
  unknownCalls: false,
  pageAskedAgain: 'next-sync',
  hostWithoutPort: true,
  patienceMs: 30_000,
  clockAheadMs: 0,
  firmware: '4.45.23697',
  model: 'Kobo Clara BW',
  platformId: '00000000-0000-0000-0000-000000000391',
}

/**
 * A device that keeps to what a ledger is about: the calls that open a sync, the library, downloads and annotations. It
 * asks for the Resources map only when it has none, and for no cover and nothing of the shop. For runs of many syncs.
 */
export const lightSwitches: Partial<Switches> = {
  sideCalls: false,
  initializes: 'when-missing',
  coversFetched: false,
}
