-- Books, their files, and how they are found.

create table book (
  no integer primary key, -- for the search index only
  id text not null unique, -- UUID v5 of the first imported bytes; the entitlement id on the wire
  title text not null,
  subtitle text,
  sort_title text not null,
  series text,
  series_index real,
  language text,
  publisher text,
  published text, -- as the book says it
  published_at integer,
  isbn text,
  description text, -- sanitized HTML
  layout text not null check (layout in ('reflowable', 'fixed')),
  format text not null check (format in ('epub', 'kepub')),
  cover_hash text, -- SHA-256 of the cover's original bytes
  cover_type text,
  meta_rev integer not null default 1, -- rises when something a device would display changes
  file_rev integer not null default 1, -- rises only when the owner gives the book another file
  file_hash text not null,
  file_size integer not null,
  path text not null, -- below library/, with forward slashes
  path_key text not null unique, -- the path without case and normalisation
  artifact text, -- hash of the artifact that devices are offered, once it is finished
  lease_until integer, -- somebody is preparing the artifact until then
  prepare_failures integer not null default 0,
  uploader text references person (id),
  added_at integer not null,
  changed_at integer not null,
  deleted_at integer -- a tombstone: the id stays known
) strict;

create index book_by_sort_title on book (sort_title, id) where deleted_at is null;
create index book_by_age on book (added_at desc, id) where deleted_at is null;
create index book_unprepared on book (added_at) where artifact is null and deleted_at is null;

-- Every content that was ever a book's file: the same bytes again are the same book.
create table book_content (
  hash text not null primary key,
  book text not null references book (id)
) strict;

create table contributor (
  book text not null references book (id),
  ordinal integer not null,
  name text not null,
  sort_name text,
  role text not null, -- MARC relator code; authors are 'aut'
  primary key (book, ordinal)
) strict;

create table identifier (
  book text not null references book (id),
  ordinal integer not null,
  scheme text not null,
  value text not null,
  primary key (book, ordinal)
) strict;

create table subject (
  book text not null references book (id),
  ordinal integer not null,
  name text not null,
  primary key (book, ordinal)
) strict;

create virtual table book_search using fts5 (text, tokenize = "unicode61 remove_diacritics 0");

-- Immutable bytes that a device downloads, addressed by their hash. A row means: finished.
create table artifact (
  hash text not null primary key,
  book text not null references book (id),
  file_rev integer not null,
  format text not null check (format in ('EPUB3', 'EPUB3FL', 'KEPUB')),
  size integer not null, -- bytes
  scheme integer, -- numbering of the spans, for converted books
  finished_at integer not null
) strict;

create index artifact_of_book on artifact (book);
