-- What watches over devices, over annotations and over the size of the ledger.

-- Dismissed by a person: until then (epoch ms) the same is not told again, unless its cause was gone meanwhile.
alter table erratum add column quiet_until integer;

create index erratum_quiet on erratum (kind, subject) where quiet_until is not null;

-- Pairs of which a download may be under way or may have failed. As with due, too many are harmless: whoever looks lets go of
-- those that are over.
create table download_watch (
  device text not null references device (id),
  book text not null,
  primary key (device, book)
) strict, without rowid;

create trigger watch_when_fetching after insert on log
when new.kind in ('metadata-asked', 'download-begun') begin
  insert into download_watch (device, book)
  select new.device, new.book
  where not exists (
    select 1 from download_watch where device = new.device and book = new.book
  );
end;

-- When it last called the reading services with a token of ours, to the minute.
alter table device add column services_at integer;

-- When somebody without a token of ours last asked for the annotations of a book of ours.
create table unverified_reading (
  book text not null primary key,
  at integer not null
) strict;

-- What the set of a person's annotations cannot give back: stylus marks, or what could not be read.
alter table annotation_patch add column beyond text check (beyond in ('markup', 'unreadable'));

create index annotation_patch_beyond on annotation_patch (person, content) where beyond is not null;
create index annotation_patch_unverified on annotation_patch (content, at) where verified = 0;

-- What a book's oldest entries come to, in their place: they are folded, and go.
create table base (
  device text not null references device (id),
  book text not null,
  seq integer not null, -- of the newest entry that was folded
  at integer not null, -- its arrival, epoch ms
  detail text not null, -- JSON
  primary key (device, book)
) strict, without rowid;

-- When the log was last looked through for what may go, epoch ms.
alter table device add column thinned_at integer;
