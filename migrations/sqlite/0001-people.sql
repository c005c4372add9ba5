-- People, and the keys of this server.

-- Values the server makes once and keeps: its secret key, the id of its ledger.
create table setting (
  name text not null primary key,
  value text not null
) strict;

create table person (
  id text not null primary key,
  name text not null,
  name_key text not null unique, -- the name without case and diacritics
  owner integer not null default 0,
  password_hash text not null,
  created_at integer not null
) strict;

create table api_token (
  id text not null primary key,
  person text not null references person (id),
  label text not null,
  hash text not null unique, -- SHA-256 of the token, hexadecimal
  created_at integer not null,
  revoked_at integer
) strict;
