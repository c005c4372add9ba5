-- A session without a token of ours is judged when it is over.
alter table sync_session add column tokenless integer not null default 0; -- a sync without a token came in it
alter table sync_session add column judged integer not null default 0;

-- Pages that a device remembers and this server does not share the entry that says so.
drop index page_of_device;
create index page_of_device on page (device, seq);

create index erratum_of_device on erratum (device, kind) where closed_at is null and device is not null;
