-- How people sign in: each way has a table of its own, and somebody may have none, one or several.
create table password (
  person text not null primary key references person (id),
  hash text not null, -- argon2id
  changed_at integer not null
) strict;

insert into password (person, hash, changed_at) select id, password_hash, created_at from person;
alter table person drop column password_hash;

-- Somebody who was removed stays as a name for what they brought, and is found by nobody.
alter table person add column removed_at integer;

-- Sessions are listed: the id names one without saying what opens it, the browser is what it said of itself.
alter table web_session add column id text not null default '';
alter table web_session add column browser text not null default '';
update web_session set id = lower(hex(randomblob(16)));
create unique index web_session_by_id on web_session (id);
