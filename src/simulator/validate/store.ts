import {
  anyObject,
  arrayOf,
  boolean,
  filledText,
  isRecord,
  number,
  object,
  oneOf,
  text,
  timestamp,
  type Shape,
} from './shape.ts'

/** The calls about the account and the shop, and what their answers must be like (docs/protocol/first-contact.md). */
const shapes: readonly { method: string; path: RegExp; shape: Shape }[] = [
  on('GET', /^\/v1\/affiliate$/, object({}, { AffiliateName: text })),
  on('POST', /^\/v1\/user\/add-device$/, anyObject),
  on(
    'GET',
    /^\/v1\/user\/profile$/,
    object(
      {},
      {
        AffiliateName: text,
        AudiobooksEnabled: boolean,
        CountryCode: text,
        HasPurchased: boolean,
        IsChildAccount: boolean,
        IsOneStore: boolean,
        LinkedAccounts: arrayOf(anyObject),
        LoyaltyDetails: anyObject,
        PrivacyPermissions: arrayOf(text),
        SafeSearch: boolean,
        UserCreated: timestamp,
        UserId: text,
      },
    ),
  ),
  on('GET', /^\/v1\/user\/loyalty\/benefits$/, object({ Benefits: anyObject })),
  on('GET', /^\/v1\/products\/books\/subscriptions$/, arrayOf(anyObject)),
  on('GET', /^\/v1\/user\/subscription\/kp\/state$/, anyObject),
  on('GET', /^\/v1\/deals$/, object({ Deals: arrayOf(object({ Id: filledText, Name: text })) })),
  on(
    'GET',
    /^\/v1\/assets$/,
    object({ AssetGroups: arrayOf(object({ Key: filledText })), KeepGoing: boolean }),
  ),
  on(
    'POST',
    /^\/v1\/analytics\/gettests$/,
    object({ Result: oneOf('Success'), TestKey: text, Tests: anyObject }),
  ),
  on('POST', /^\/v1\/analytics\/event$/, object({}, { AcceptedEvents: arrayOf(text) })),
  on(
    'GET',
    /^\/v1\/user\/wishlist$/,
    object({ Items: arrayOf(anyObject), TotalPageCount: number }),
  ),
  on('GET', /^\/v1\/user\/recommendations$/, listing),
  on('GET', /^\/v1\/products\/[^/]+\/recommendations$/, listing),
  on('GET', /^\/v1\/products\/featured(?:\/.*)?$/, listing),
  on('POST', /^\/v1\/user\/recommendations\/feedback$/, anyObject),
  on('GET', /^\/v1\/products\/[^/]+\/nextread(?:\/.*)?$/, arrayOf(anyObject)),
  on('GET', /^\/v1\/products\/[^/]+\/prices$/, arrayOf(anyObject)),
  on(
    'GET',
    /^\/v1\/products\/[^/]+\/reviews$/,
    object({
      ReviewSummary: anyObject,
      Items: arrayOf(anyObject),
      TotalPageCount: number,
      CurrentPageIndex: number,
    }),
  ),
  on(
    'GET',
    /^\/v1\/user\/reviews$/,
    object({
      Items: arrayOf(
        object({ ProductId: filledText, Rating: stars }, { CreationDate: timestamp, Title: text }),
      ),
      TotalPageCount: number,
      CurrentPageIndex: number,
    }),
  ),
  on('POST', /^\/v1\/products\/[^/]+\/rating\/[1-5]$/, anyObject),
  on(
    'GET',
    /^\/v1\/products\/books\/series\/[^/]+$/,
    object({ TotalResultCount: number, SearchResults: arrayOf(anyObject) }),
  ),
  on('POST', /^\/v1\/library\/tags$/, filledText),
  on(
    'GET',
    /^\/api\/UserStorage\/Metadata$/,
    object({ metadata: arrayOf(object({ id: filledText, fileSize: text })) }),
  ),
  on('GET', /^\/api\/internal\/notebooks$/, anyObject),
  on('GET', /^\/v2\//, anyObject),
]

/** What is wrong with the JSON of an answer; nothing for calls whose answers nobody looks into. */
export function complaintsAboutCall(method: string, path: string, json: unknown): string[] {
  const known = shapes.find((each) => each.method === method && each.path.test(path))
  return known ? known.shape(json, 'the body') : []
}

function on(method: string, path: RegExp, shape: Shape) {
  return { method, path, shape }
}

/** A page of a list in the shop. */
function listing(value: unknown, at: string): string[] {
  return object({
    Items: arrayOf(anyObject),
    CurrentPageIndex: number,
    ItemCount: number,
    ItemsPerPage: number,
    TotalItemCount: number,
    TotalPageCount: number,
  })(value, at).concat(isEndless(value) ? [`${at} has more pages than entries`] : [])
}

/** A device asks page after page while there are more. */
function isEndless(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { TotalPageCount: pages, TotalItemCount: entries } = value
  return typeof pages === 'number' && typeof entries === 'number' && pages > Math.max(entries, 1)
}

function stars(value: unknown, at: string): string[] {
  const fits = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5
  return fits ? [] : [`${at} must be a whole number from 1 to 5`]
}
