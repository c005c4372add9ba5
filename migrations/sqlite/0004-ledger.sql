-- What each device holds: one append-only log per device, and what is derived from it.

-- The log. Entries about one book name it; entries without a book concern the whole device.
create table log (
  device text not null references device (id),
  seq integer not null,
  at integer not null, -- arrival, epoch ms
  kind text not null,
  book text,
  page text,
  instant integer, -- the moment inside a report that may arrive late, epoch ms
  detail text, -- JSON
  primary key (device, seq)
) strict, without rowid;

create index log_of_book on log (device, book, seq) where book is not null;
create index log_of_device on log (device, kind, seq) where book is null;

-- A page: an answer to a library sync that carried operations. Its token names it; nobody can guess the id.
create table page (
  id text not null primary key,
  device text not null references device (id),
  seq integer not null, -- its entry in the log
  at integer not null,
  parent text, -- the page whose token was returned for it
  on_chain integer not null default 0, -- derived: it is the newest returned page or an ancestor of that
  returned_seq integer, -- derived: entry of the first return of its token
  returned_at integer
) strict, without rowid;

create unique index page_of_device on page (device, seq);

create table operation (
  page text not null references page (id),
  ordinal integer not null,
  device text not null,
  book text not null,
  verb text not null check (verb in ('new', 'file', 'metadata', 'removal', 'state')),
  meta_rev integer not null,
  file_rev integer not null,
  state_rev integer not null,
  artifact text,
  primary key (page, ordinal)
) strict, without rowid;

create index operation_of_book on operation (device, book);

-- Derived: the fold of the log per book. May be dropped and made again at any time.
create table holding (
  device text not null references device (id),
  book text not null,
  state text not null check (state in ('none', 'offered', 'held', 'unsure')),
  file integer not null, -- its file may be there
  why text, -- why it is unsure
  doubt_seq integer, -- since when it is unsure
  consent text check (consent in ('given', 'offered')),
  excluded integer not null,
  meta_rev integer, -- what the device displays, where known
  state_rev integer, -- the place it knows
  file_rev integer,
  artifact text, -- what was announced in this stay
  listed integer not null,
  deleted integer not null, -- a DELETE ended the last stay and nothing was offered or proven since
  primary key (device, book)
) strict, without rowid;

create index holding_by_book on holding (book) where state <> 'none';
create index holding_unsure on holding (device) where state = 'unsure';

-- Pairs for which the next sync may have something to do. The planner reads only these.
create table due (
  device text not null references device (id),
  book text not null,
  primary key (device, book)
) strict, without rowid;

-- The session a device is in: a run of requests with less than a minute between them.
create table sync_session (
  device text not null primary key references device (id),
  began_seq integer not null,
  last_at integer not null,
  pages integer not null, -- answers given in it
  budget integer, -- operations due when its first page was planned
  sent integer not null,
  token text, -- the page its last request named
  repeats integer not null -- how often that token came in a row
) strict;
