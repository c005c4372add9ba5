create table shelf (
  id text not null primary key,
  person text not null references person (id),
  name text not null,
  name_key text not null,
  created_at integer not null,
  unique (person, name_key)
) strict;

create table shelf_book (
  shelf text not null references shelf (id) on delete cascade,
  book text not null references book (id),
  shelved_at integer not null,
  cause text not null check (cause in ('person', 'machine')),
  primary key (shelf, book)
) strict;

create index shelf_book_by_book on shelf_book (book);

-- A pairing: the address in a Kobo's configuration. Regenerating gives it a new generation.
create table pairing (
  id text not null primary key,
  person text not null references person (id),
  generation integer not null default 1,
  created_at integer not null
) strict;

create table pairing_secret (
  hash text not null primary key, -- SHA-256 of the secret, hexadecimal
  pairing text not null references pairing (id),
  generation integer not null,
  created_at integer not null,
  retired_at integer
) strict;

-- One physical Kobo. Ids are never used again.
create table device (
  id text not null primary key,
  person text not null references person (id),
  pairing text not null references pairing (id),
  name text not null,
  hardware_id text, -- x-kobo-deviceid, once it was seen
  model text,
  firmware text,
  platform text,
  carries_all integer not null default 1, -- every shelf of its person, also future ones
  paused integer not null default 0,
  on_delete text not null default 'keep-off' check (on_delete in ('keep-off', 'bring-back', 'unshelve')),
  media_number integer not null default 1, -- rises with every sync without a token of ours
  pins integer not null default 0, -- sessions in which it sent one token three times though every answer had reached it
  one_page integer not null default 0, -- it does not advance its token while pages continue: one page per sync
  created_at integer not null,
  last_seen_at integer,
  revoked_at integer
) strict;

create index device_of_pairing on device (pairing);
create unique index device_by_hardware on device (person, hardware_id) where hardware_id is not null;

-- Another firmware may do better.
create trigger device_gets_firmware after update of firmware on device when old.firmware is not new.firmware begin
  update device set pins = 0, one_page = 0 where id = new.id;
end;

create table device_shelf (
  device text not null references device (id),
  shelf text not null references shelf (id) on delete cascade,
  primary key (device, shelf)
) strict;

create index device_shelf_by_shelf on device_shelf (shelf);

-- Access tokens that we issued, from the first call that shows which device carries them.
create table access_token (
  id text not null primary key,
  pairing text not null references pairing (id),
  generation integer not null,
  device text references device (id),
  issued_at integer not null
) strict;

-- What a Kobo asked that we do not know, once per kind.
create table unknown_request (
  method text not null,
  shape text not null, -- the path with ids replaced
  firmware text not null,
  first_at integer not null,
  primary key (method, shape, firmware)
) strict;
