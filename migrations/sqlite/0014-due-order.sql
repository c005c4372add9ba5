-- When a due book was last put on any shelf: no book of the device can have been shelved later, so that the front of a long list is
-- found by an index. It is a bound and not the truth: what is sent first is decided by the planner.
alter table due add column shelved_at integer not null default 0;
create index due_in_order on due (device, shelved_at desc, book);

update due set shelved_at =
  coalesce((select max(shelf_book.shelved_at) from shelf_book where shelf_book.book = due.book), 0);

create trigger due_gets_its_order after insert on due begin
  update due set shelved_at =
    coalesce((select max(shelf_book.shelved_at) from shelf_book where shelf_book.book = new.book), 0)
  where device = new.device and book = new.book;
end;

create trigger due_order_rises after insert on shelf_book begin
  update due set shelved_at = new.shelved_at
  where book = new.book and shelved_at < new.shelved_at;
end;

-- A shelf concerns the devices that carry it, and no others.
drop trigger due_when_shelved;
create trigger due_when_shelved after insert on shelf_book begin
  insert into due (device, book)
  select device.id, new.book
  from shelf join device on device.person = shelf.person
  where shelf.id = new.shelf and device.revoked_at is null
    and (
      device.carries_all = 1
      or exists (
        select 1 from device_shelf
        where device_shelf.device = device.id and device_shelf.shelf = new.shelf
      )
    )
    and not exists (select 1 from due where due.device = device.id and due.book = new.book);
end;

-- Chosen shelves come one by one, and make their books due themselves.
drop trigger due_when_device_comes;
create trigger due_when_device_comes after insert on device when new.carries_all = 1 begin
  insert into due (device, book)
  select distinct new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person
    and not exists (select 1 from due where due.device = new.id and due.book = shelf_book.book);
end;

drop trigger due_when_device_carries_otherwise;
create trigger due_when_device_carries_otherwise after update of carries_all, revoked_at on device begin
  insert into due (device, book)
  select distinct new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person
    and (
      new.carries_all = 1
      or exists (
        select 1 from device_shelf
        where device_shelf.device = new.id and device_shelf.shelf = shelf.id
      )
    )
    and not exists (select 1 from due where due.device = new.id and due.book = shelf_book.book);
  insert into due (device, book)
  select new.id, holding.book from holding
  where holding.device = new.id and holding.state <> 'none'
    and not exists (select 1 from due where due.device = new.id and due.book = holding.book);
end;

-- Only those who carry it wait for a book that changes, besides those who have it.
drop trigger due_when_book_changes;
create trigger due_when_book_changes after update of meta_rev, file_rev, artifact, deleted_at on book begin
  insert into due (device, book)
  select holding.device, new.id from holding
  where holding.book = new.id and holding.state <> 'none'
    and not exists (select 1 from due where due.device = holding.device and due.book = new.id);
  insert into due (device, book)
  select distinct device.id, new.id
  from shelf_book join shelf on shelf.id = shelf_book.shelf join device on device.person = shelf.person
  where shelf_book.book = new.id and device.revoked_at is null
    and (
      device.carries_all = 1
      or exists (
        select 1 from device_shelf
        where device_shelf.device = device.id and device_shelf.shelf = shelf.id
      )
    )
    and not exists (select 1 from due where due.device = device.id and due.book = new.id);
end;
