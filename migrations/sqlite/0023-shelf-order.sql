-- In which order a person's shelves stand; those of one place by name.
alter table shelf add column place integer not null default 0;
