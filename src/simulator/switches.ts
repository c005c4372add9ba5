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
  /** Whether a crash during a page leaves all of it applied, or a part of it. */
  pageApplied: 'whole' | 'torn'
  /** Whether NewEntitlement brings a removed row back. */
  removedRowRevived: boolean
  /** Which books the device lists in checkforchanges during a sync. */
  annotationList: 'all' | 'open-only' | 'recent' | 'nothing'
  /** What a download does to the highlights of the book. */
  annotationsAfterDownload: 'emptied-and-filled' | 'kept'
  /** How many newly announced books are downloaded without being asked for. */
  downloadsPerSync: number
  /** Whether a cached cover is kept for ever; otherwise every sync asks for all covers. */
  coversKept: boolean
  /** One cover size for each book, or the sizes that a device with a large screen asks for. */
  coverSizes: 'one' | 'several'
  /** Which shapes of ChangedProductMetadata have an effect. */
  metadataShape: 'both' | 'bare' | 'container'
  /** Whether signing out keeps the books. Highlights are lost either way. */
  signOut: 'keeps-rows' | 'drops-rows'
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
  /** Whether a page that did not arrive is asked for again at once, without the calls that open a sync, or at the next sync. */
  pageAskedAgain: 'at-once' | 'next-sync'
  /** Whether the Host header lacks the port, as on real devices. */
  hostWithoutPort: boolean
  /** How long the device waits for an answer, in ms. */
  patienceMs: number
  firmware: string
  model: string
  platformId: string
}

export const defaultSwitches: Switches = {
  tokenStored: 'per-page',
  storesTokenOnEmpty: true,
  newOnHeld: 'flips-if-size-differs',
  pageApplied: 'whole',
  removedRowRevived: true,
  annotationList: 'all',
  annotationsAfterDownload: 'emptied-and-filled',
  downloadsPerSync: 5,
  coversKept: true,
  coverSizes: 'one',
  metadataShape: 'both',
  signOut: 'keeps-rows',
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
  firmware: '4.45.23697',
  model: 'Kobo Clara BW',
  platformId: '00000000-0000-0000-0000-000000000391',
}
