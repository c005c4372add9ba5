-- Browsers that somebody signed in with. A session whose end has passed is nobody's, and is deleted at the next sign-in.
create table web_session (
  hash text not null primary key, -- SHA-256 of the secret in the cookie, hexadecimal
  person text not null references person (id),
  began_at integer not null,
  seen_at integer not null,
  ends_at integer not null
) strict, without rowid;

create index web_session_of_person on web_session (person, seen_at);
