/** Every address of a page or form, once: here they are mounted from, and here links to them are made. */
export const PATHS = {
  front: '/',
  file: '/public/:file',
  firstVisit: '/first-visit',
  script: '/scripts/*',
  signIn: '/sign-in',
  signOut: '/sign-out',
  askPasskey: '/sign-in/passkey/challenge',
  signInPasskey: '/sign-in/passkey',
  recovery: '/sign-in/recovery',
  askNewPasskey: '/account/passkeys/challenge',
  addPasskey: '/account/passkeys',
  namePasskey: '/account/passkeys/:id/name',
  removePasskey: '/account/passkeys/:id/remove',
  recoveryCodes: '/account/recovery-codes',
  toProvider: '/sign-in/provider',
  fromProvider: '/sign-in/provider/back',
  firstByProvider: '/first-visit/provider',
  invitedByProvider: '/invitation/provider',
  linkProvider: '/account/provider',
  unlinkProvider: '/account/provider/unlink',
  errata: '/errata',
  act: '/errata/:id/actions/:name',
  dismiss: '/errata/:id/dismiss',
  devices: '/devices',
  connect: '/connect',
  device: '/devices/:id',
  connecting: '/devices/:id/connecting',
  settings: '/devices/:id/settings',
  address: '/devices/:id/address',
  revoke: '/devices/:id/revoke',
  pause: '/devices/:id/pause',
  now: '/devices/:id/now',
  conf: '/devices/:id/conf',
  book: '/devices/:id/books/:book',
  heal: '/devices/:id/heal',
  audits: '/devices/:id/audits',
  auditedBooks: '/devices/:id/audited-books',
  audit: '/devices/:id/audits/:audit',
  healAudit: '/devices/:id/audits/:audit/heal',
  diary: '/devices/:id/syncs',
  bundle: '/devices/:id/syncs/:syncId/bundle',
  books: '/books',
  bookPage: '/books/:id',
  chosenBooks: '/books/chosen',
  editBook: '/books/:id/edit',
  replaceCover: '/books/:id/cover',
  cropPage: '/books/:id/cover',
  cropCover: '/books/:id/cover/crop',
  shelveBook: '/books/:id/shelves',
  download: '/books/:id/files/:kind',
  light: '/light',
  shelves: '/shelves',
  makeShelf: '/shelves',
  shelf: '/shelves/:id',
  renameShelf: '/shelves/:id/name',
  moveShelf: '/shelves/:id/place',
  carryShelf: '/shelves/:id/carriers',
  deleteShelf: '/shelves/:id/deletion',
  colophon: '/colophon',
  house: '/settings',
  underWay: '/under-way',
  coverImage: '/books/:id/cover/:width',
  account: '/account',
  changePassword: '/account/password',
  endSessions: '/account/sessions/end',
  endOne: '/account/sessions/:id/end',
  makeToken: '/account/tokens',
  revokeToken: '/account/tokens/:id/revoke',
  people: '/people',
  invite: '/people/invitations',
  withdraw: '/people/invitations/:id/withdraw',
  removal: '/people/:id/removal',
  invitation: '/invitation',
} as const

export type PathName = keyof typeof PATHS

/**
 * A link from a page whose way up to the root is `root`, such as `../`. Links are relative, so that they hold below any path that a
 * proxy shows the server at. What is undefined in `query` is left out. What stands for `*` is a path.
 */
export function link(
  root: string,
  name: PathName,
  parts: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = PATHS[name]
    .slice(1)
    .replaceAll(/:(\w+)/g, (_, part: string) => encodeURIComponent(parts[part] ?? ''))
    .replace('*', () => parts['*'] ?? '')
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as [string, string]],
    ),
  ).toString()
  return `${root}${path}${asked === '' ? '' : `?${asked}`}`
}

/** The way up to the root from the address of a request: `./` from `/errata`, `../` from `/devices/…`. */
export function rootOf(url: string): string {
  const depth = new URL(url).pathname.split('/').length - 2
  return depth <= 0 ? './' : '../'.repeat(depth)
}

/** The link to a page of ours that somebody asked for before they signed in; undefined for anything else. */
export function backTo(root: string, asked: string | undefined): string | undefined {
  if (asked === undefined || asked.length > 2000) return undefined
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]+$/.test(asked) ? `${root}${asked.slice(1)}` : undefined
}
