import { z } from 'zod'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { readJson } from './read-json.ts'

/** A call about the store, which has no meaning here, and the smallest answer that a Kobo is content with. */
export type Stub = { method: 'GET' | 'POST' | 'ALL'; path: string; value: unknown }

const PAGE = {
  CurrentPageIndex: 0,
  Filters: {},
  ItemCount: 0,
  Items: [],
  ItemsPerPage: 50,
  TotalItemCount: 0,
  TotalPageCount: 0,
  VersionCode: 2,
}

const REVIEWS = {
  ReviewSummary: {},
  Cursor: '1',
  Items: [],
  TotalPageCount: 0,
  CurrentPageIndex: 1,
}

/**
 * In the order a Kobo asks, and after those every other call of the store that the Resources map names
 * (docs/protocol/endpoints.md). An error from any of them can cancel a whole sync. The profile and `gettests` are not here, for they
 * also open a session.
 */
export const STUBS: readonly Stub[] = [
  { method: 'GET', path: '/v1/affiliate', value: { AffiliateName: 'Kobo' } },
  { method: 'GET', path: '/v1/user/loyalty/benefits', value: { Benefits: {} } },
  { method: 'GET', path: '/v1/products/books/subscriptions', value: [] },
  { method: 'GET', path: '/v1/user/subscription/kp/state', value: {} },
  { method: 'GET', path: '/v1/deals', value: { Deals: [] } },
  { method: 'GET', path: '/v1/assets', value: { AssetGroups: [], KeepGoing: false } },
  { method: 'GET', path: '/v1/user/wishlist', value: { Items: [], TotalPageCount: 0 } },
  { method: 'GET', path: '/v1/user/library/previews/prices', value: [] },
  { method: 'GET', path: '/v1/products/:ids/prices', value: [] },
  { method: 'POST', path: '/v1/user/recommendations/feedback', value: {} },
  { method: 'GET', path: '/v1/user/recommendations', value: PAGE },
  { method: 'GET', path: '/v1/user/recommendations/shelfie', value: PAGE },
  { method: 'GET', path: '/v1/products/:id/recommendations', value: { ...PAGE, ItemsPerPage: 5 } },
  { method: 'GET', path: '/v1/products/books/authors/recommendations', value: PAGE },
  { method: 'GET', path: '/v1/products/featured', value: PAGE },
  { method: 'GET', path: '/v1/products/featured/*', value: PAGE },
  { method: 'GET', path: '/v1/products/featuredforkoboplus', value: PAGE },
  { method: 'GET', path: '/v1/products/dailydeal', value: {} },
  { method: 'GET', path: '/v1/products/deals', value: PAGE },
  { method: 'POST', path: '/v1/analytics/event', value: {} },
  { method: 'ALL', path: '/v1/funnelmetrics', value: {} },
  { method: 'ALL', path: '/v1/products/:id/nextread', value: [] },
  { method: 'ALL', path: '/v1/products/:id/nextread/*', value: [] },
  {
    method: 'GET',
    path: '/v1/products/books/series/:series',
    value: { TotalResultCount: 0, SearchResults: [] },
  },

  { method: 'GET', path: '/v1/user/ratings', value: PAGE },
  { method: 'GET', path: '/v1/products/:id/reviews', value: REVIEWS },
  { method: 'ALL', path: '/v1/products/reviews/:review', value: {} },
  { method: 'ALL', path: '/v1/products/reviews/:review/sentiment/:sentiment', value: {} },
  { method: 'GET', path: '/v1/products/:id/related', value: PAGE },
  { method: 'GET', path: '/v1/products/bulk', value: [] },
  { method: 'GET', path: '/v1/products/autocomplete', value: {} },
  { method: 'ALL', path: '/v1/products/tasteprofile', value: {} },
  { method: 'ALL', path: '/v1/products/ftefeedback', value: {} },
  { method: 'GET', path: '/v1/products/books/external/:ids', value: {} },
  { method: 'GET', path: '/v1/products/books/:id/access', value: {} },
  { method: 'GET', path: '/v1/products/books/:id', value: {} },
  { method: 'GET', path: '/v1/products/audiobooks/:id', value: {} },
  { method: 'GET', path: '/v1/products/audiobooks/:id/preview', value: {} },
  { method: 'GET', path: '/v1/products', value: PAGE },
  { method: 'GET', path: '/v1/categories', value: {} },
  { method: 'GET', path: '/v1/categories/:id/featured', value: PAGE },
  { method: 'GET', path: '/v1/categories/:id/products', value: PAGE },
  { method: 'GET', path: '/v1/categories/:id', value: {} },

  { method: 'GET', path: '/v1/library/search', value: {} },
  { method: 'ALL', path: '/v1/library/borrow', value: {} },
  { method: 'ALL', path: '/v1/library/downloadkeys', value: {} },
  { method: 'ALL', path: '/v1/library/downloadlink', value: {} },
  { method: 'ALL', path: '/v1/library/:id/preview', value: {} },
  { method: 'POST', path: '/v1/library/:ids', value: {} },
  { method: 'GET', path: '/v1/user/library', value: PAGE },
  { method: 'GET', path: '/v1/user/library/books/:item', value: {} },
  { method: 'ALL', path: '/v1/user/loyalty/membership', value: {} },
  { method: 'ALL', path: '/v1/user/loyalty/redeem', value: {} },
  { method: 'ALL', path: '/v1/user/linkedaccounts', value: [] },
  { method: 'ALL', path: '/v1/user/linkedaccounts/:id', value: {} },
  { method: 'ALL', path: '/v1/user/platform', value: {} },
  { method: 'ALL', path: '/v1/user/browsehistory', value: {} },
  { method: 'GET', path: '/v1/user/currency/convert', value: {} },
  { method: 'GET', path: '/v1/configuration', value: {} },
  { method: 'ALL', path: '/v1/auth/exchange', value: {} },
  { method: 'ALL', path: '/v1/auth/rakuten_token_exchange', value: {} },
  { method: 'ALL', path: '/v1/notifications/registration', value: {} },
  { method: 'ALL', path: '/v1/store/*', value: {} },
  { method: 'ALL', path: '/v2/*', value: {} },
  { method: 'ALL', path: '/api/v2/*', value: {} },
  { method: 'ALL', path: '/api/internal/notebooks', value: { data: [], totalResults: 0 } },
  { method: 'ALL', path: '/api/internal/notebooks/*', value: { data: [], totalResults: 0 } },
]

/** Answers a stub. */
export function stub(value: unknown): KoboHandler {
  return () => answer(value)
}

/** `POST /v1/analytics/gettests`: the Kobo's check that it is online; it gets its own key back. */
export function getTests(): KoboHandler {
  return async (c) => {
    const body = z.object({ TestKey: z.string().max(1000) }).safeParse(await readJson(c))
    return answer({ Result: 'Success', TestKey: body.success ? body.data.TestKey : '', Tests: {} })
  }
}
