-- What needs a person's eye, each with its cause, its consequence and what can be done.
create table erratum (
  id text not null primary key,
  kind text not null,
  subject text not null, -- what it is about, once per kind while it is open
  person text references person (id), -- whose it is; nobody's in particular is the owner's
  device text references device (id),
  book text,
  cause text not null,
  consequence text not null,
  detail text, -- JSON for the action
  at integer not null,
  closed_at integer,
  closed_because text
) strict;

create unique index erratum_open on erratum (kind, subject) where closed_at is null;
create index erratum_recent on erratum (at desc, id) where closed_at is null;
