-- What converting adds: two books may come to the same bytes, each artifact knows what made it, and where its spans begin.

create table artifact_of (
  hash text not null,
  book text not null references book (id),
  file_rev integer not null,
  format text not null check (format in ('EPUB3', 'EPUB3FL', 'KEPUB')),
  size integer not null, -- bytes
  scheme integer, -- numbering of the spans, for converted books
  converter text, -- the version of Holdfast that converted it
  finished_at integer not null,
  primary key (hash, book)
) strict;

insert into artifact_of (hash, book, file_rev, format, size, scheme, finished_at)
select hash, book, file_rev, format, size, scheme, finished_at from artifact;

drop table artifact;
alter table artifact_of rename to artifact;
create index artifact_of_book on artifact (book);

-- Where the spans of a KEPUB begin in its text, packed (src/artifacts/book-spans.ts). The same bytes have the same spans.
create table span_map (
  artifact text not null primary key,
  documents blob not null
) strict;

-- How often the server ended while this book was converted.
alter table book add column prepare_interrupted integer not null default 0;
