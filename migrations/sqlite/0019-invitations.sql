-- Invitations that are open. One that is used or withdrawn is deleted.
create table invitation (
  id text not null primary key,
  hash text not null unique, -- SHA-256 of its secret, hexadecimal
  inviter text not null references person (id),
  label text not null, -- for whom, in the words of whoever invites
  created_at integer not null,
  ends_at integer not null
) strict;
