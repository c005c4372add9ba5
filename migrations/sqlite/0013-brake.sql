-- A machine took the book off the shelves this device carries, and nobody has confirmed that.
alter table holding add column by_machine integer not null default 0;
create index holding_by_machine on holding (device) where by_machine = 1;

-- A page that was given to somebody who did not say which Kobo they are.
alter table page add column stranger integer not null default 0;
