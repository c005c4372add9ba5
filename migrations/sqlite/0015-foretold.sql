-- What somebody was told that the next sync of a device will do, when they asked for it; at which place of its log.
create table foretold (
  device text not null references device (id),
  seq integer not null,
  at integer not null,
  -- JSON: [{verb, book}], in the order of telling.
  operations text not null,
  primary key (device, seq)
) strict, without rowid;
