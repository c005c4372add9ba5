-- Accounts at the OpenID provider, and whose they are here. Nobody is found by a name or an e-mail address, only by these two.
create table provider_identity (
  issuer text not null,
  subject text not null,
  person text not null references person (id),
  label text not null, -- what the provider calls them, to be shown
  cause text not null, -- 'list', 'linked', 'invited' or 'code': how it came here
  gave_ownership integer not null default 0, -- the person owns the server because the provider names them as an owner
  linked_at integer not null,
  primary key (issuer, subject)
) strict, without rowid;

create unique index provider_identity_of_person on provider_identity (person, issuer);

-- How a session began: 'password', 'provider', 'passkey' or 'recovery'.
alter table web_session add column way text not null default 'password';
