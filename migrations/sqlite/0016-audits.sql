-- What a device's own database said when it was looked at: ids of books of ours and counts, and nothing else of it.
create table audit (
  id text not null primary key,
  device text not null references device (id),
  -- When it arrived, epoch ms.
  at integer not null,
  -- Its place in the device's log: what it knew of facts, of pages and for certain, and when it was copied. Null where nobody knows.
  copied_at integer,
  known_seq integer,
  known_page integer,
  known_sure integer,
  -- For people, such as "10 of 12 confirmed, 22 November".
  summary text not null,
  confirmed integer not null,
  expected integer not null,
  foreign_books integer not null,
  salvaged integer not null,
  firmware text,
  -- What was found of each book, as JSON.
  findings text not null
) strict;

create index audit_of_device on audit (device, at desc, id);
