-- What a token may do, as words with spaces between them. Those that were made before could do all there was.
alter table api_token add column scopes text not null default 'read shelve devices';
-- When it was last used, to some minutes.
alter table api_token add column used_at integer;
alter table api_token add column ends_at integer; -- null is never

create index api_token_of_person on api_token (person);
