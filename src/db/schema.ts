import type { Generated, Kysely, Transaction } from 'kysely'

/** A flag as both databases store it. */
export type Flag = 0 | 1

/** The tables of migrations/, column by column; what each means is said there. */
export type Schema = {
  setting: { name: string; value: string }
  person: {
    id: string
    name: string
    name_key: string
    owner: Flag
    created_at: number
    removed_at: Generated<number | null>
  }
  password: { person: string; hash: string; changed_at: number }
  passkey: {
    id: string
    person: string
    credential: string
    public_key: Buffer
    counter: number
    transports: string
    rp_id: string
    name: string
    created_at: number
    used_at: number | null
  }
  recovery_code: { hash: string; person: string; created_at: number }
  provider_identity: {
    issuer: string
    subject: string
    person: string
    label: string
    cause: 'list' | 'linked' | 'invited' | 'code'
    gave_ownership: Flag
    linked_at: number
  }
  invitation: {
    id: string
    hash: string
    inviter: string
    label: string
    created_at: number
    ends_at: number
  }
  api_token: {
    id: string
    person: string
    label: string
    hash: string
    created_at: number
    revoked_at: number | null
    scopes: string
    used_at: number | null
    ends_at: number | null
  }
  web_session: {
    hash: string
    person: string
    began_at: number
    seen_at: number
    ends_at: number
    id: string
    browser: string
    way: Generated<'password' | 'provider' | 'passkey' | 'recovery'>
  }
  book: BookTable
  book_content: { hash: string; book: string }
  contributor: {
    book: string
    ordinal: number
    name: string
    sort_name: string | null
    role: string
  }
  identifier: { book: string; ordinal: number; scheme: string; value: string }
  subject: { book: string; ordinal: number; name: string }
  book_search: { rowid: number; text: string }
  artifact: {
    hash: string
    book: string
    file_rev: number
    format: 'EPUB3' | 'EPUB3FL' | 'KEPUB'
    size: number
    scheme: number | null
    converter: string | null
    finished_at: number
  }
  span_map: { artifact: string; documents: Buffer }
  shelf: {
    id: string
    person: string
    name: string
    name_key: string
    created_at: number
    place: Generated<number>
  }
  shelf_book: { shelf: string; book: string; shelved_at: number; cause: 'person' | 'machine' }
  pairing: { id: string; person: string; generation: number; created_at: number }
  pairing_secret: {
    hash: string
    pairing: string
    generation: number
    created_at: number
    retired_at: number | null
  }
  device: DeviceTable
  device_shelf: { device: string; shelf: string }
  access_token: {
    id: string
    pairing: string
    generation: number
    device: string | null
    issued_at: number
  }
  unknown_request: { method: string; shape: string; firmware: string; first_at: number }
  log: {
    device: string
    seq: number
    at: number
    kind: string
    book: string | null
    page: string | null
    instant: number | null
    detail: string | null
  }
  page: {
    id: string
    device: string
    seq: number
    at: number
    parent: string | null
    on_chain: Flag
    returned_seq: number | null
    returned_at: number | null
    stranger: Generated<Flag>
  }
  operation: {
    page: string
    ordinal: number
    device: string
    book: string
    verb: 'new' | 'file' | 'metadata' | 'removal' | 'state'
    meta_rev: number
    file_rev: number
    state_rev: number
    artifact: string | null
  }
  holding: HoldingTable
  due: { device: string; book: string; shelved_at: Generated<number> }
  download_watch: { device: string; book: string }
  base: { device: string; book: string; seq: number; at: number; detail: string }
  foretold: { device: string; seq: number; at: number; operations: string }
  sync_session: {
    device: string
    began_seq: number
    last_at: number
    pages: number
    budget: number | null
    sent: number
    token: string | null
    repeats: number
    tokenless: Flag
    judged: Flag
  }
  reading_state: {
    person: string
    book: string
    rev: number
    origin: string | null
    created_at: number
    modified: string
    modified_at: number
    status: string | null
    statistics: string | null
    place: string | null
  }
  annotation_patch: {
    id: Generated<number>
    person: string | null
    device: string | null
    content: string
    verified: Flag
    at: number
    body: string
    beyond: 'markup' | 'unreadable' | null
  }
  unverified_reading: { book: string; at: number }
  tag: {
    id: string
    person: string
    device: string | null
    name: string
    created_at: number
    changed_at: number
    deleted_at: number | null
  }
  tag_item: { tag: string; book: string; at: number }
  rating: { person: string; book: string; stars: number; at: number }
  foreign_removal: { device: string; content: string; at: number }
  audit: {
    id: string
    device: string
    at: number
    copied_at: number | null
    known_seq: number | null
    known_page: number | null
    known_sure: number | null
    summary: string
    confirmed: number
    expected: number
    foreign_books: number
    salvaged: Flag
    firmware: string | null
    findings: string
  }
  erratum: {
    id: string
    kind: string
    subject: string
    person: string | null
    device: string | null
    book: string | null
    cause: string
    consequence: string
    detail: string | null
    at: number
    closed_at: number | null
    closed_because: string | null
    quiet_until: Generated<number | null>
  }
}

type BookTable = {
  no: Generated<number>
  id: string
  title: string
  subtitle: string | null
  sort_title: string
  series: string | null
  series_index: number | null
  language: string | null
  publisher: string | null
  published: string | null
  published_at: number | null
  isbn: string | null
  description: string | null
  layout: 'reflowable' | 'fixed'
  format: 'epub' | 'kepub'
  cover_hash: string | null
  cover_type: string | null
  cover_crop: Generated<string | null>
  meta_rev: Generated<number>
  file_rev: Generated<number>
  file_hash: string
  file_size: number
  path: string
  path_key: string
  artifact: string | null
  lease_until: number | null
  prepare_failures: Generated<number>
  prepare_interrupted: Generated<number>
  uploader: string | null
  added_at: number
  changed_at: number
  deleted_at: number | null
}

type DeviceTable = {
  id: string
  person: string
  pairing: string
  name: string
  hardware_id: string | null
  model: string | null
  firmware: string | null
  platform: string | null
  carries_all: Flag
  paused: Flag
  on_delete: 'keep-off' | 'bring-back' | 'unshelve'
  media_number: number
  pins: Generated<number>
  one_page: Flag
  created_at: number
  last_seen_at: number | null
  revoked_at: number | null
  services_at: Generated<number | null>
  thinned_at: Generated<number | null>
}

type HoldingTable = {
  device: string
  book: string
  state: 'none' | 'offered' | 'held' | 'unsure'
  file: Flag
  why: string | null
  doubt_seq: number | null
  consent: 'given' | 'offered' | null
  excluded: Flag
  meta_rev: number | null
  state_rev: number | null
  file_rev: number | null
  artifact: string | null
  listed: Flag
  deleted: Flag
  by_machine: Flag
}

/** A handle for reading. Query functions take it first, so that they work outside and inside a transaction. */
export type Db = Kysely<Schema>

/** A transaction: the only handle that writes. It exists inside `Database.transact` and nowhere else. */
export type Tx = Transaction<Schema>
