-- Passkeys: keys that an authenticator of somebody keeps, and of which only the public half is here.
create table passkey (
  id text not null primary key,
  person text not null references person (id),
  credential text not null unique, -- how the authenticator calls it, base64url
  public_key blob not null, -- COSE
  counter integer not null, -- how often the authenticator says that it signed; 0 where it does not count
  transports text not null, -- how it is reached, as words with spaces between them
  rp_id text not null, -- the host name for which it was made, and for which alone it signs
  name text not null, -- what the person calls it
  created_at integer not null,
  used_at integer
) strict;

create index passkey_of_person on passkey (person);

-- What lets somebody in once who lost everything else. One that is used is deleted.
create table recovery_code (
  hash text not null primary key, -- SHA-256, hexadecimal
  person text not null references person (id),
  created_at integer not null
) strict, without rowid;

create index recovery_code_of_person on recovery_code (person);
