-- Every change that can change an operation makes its pairs due, so that no code can forget to. Too many are harmless: the
-- planner drops a pair for which nothing is to be done. "where not exists" and not "or ignore": within a trigger SQLite puts
-- the conflict policy of the outer statement, an upsert for instance, in the place of the inner one.

create trigger due_when_shelved after insert on shelf_book begin
  insert into due (device, book)
  select device.id, new.book
  from shelf join device on device.person = shelf.person
  where shelf.id = new.shelf and device.revoked_at is null
    and not exists (select 1 from due where due.device = device.id and due.book = new.book);
end;

create trigger due_when_unshelved after delete on shelf_book begin
  insert into due (device, book)
  select holding.device, old.book from holding
  where holding.book = old.book and holding.state <> 'none'
    and not exists (select 1 from due where due.device = holding.device and due.book = old.book);
end;

create trigger due_when_book_changes after update of meta_rev, file_rev, artifact, deleted_at on book begin
  insert into due (device, book)
  select holding.device, new.id from holding
  where holding.book = new.id and holding.state <> 'none'
    and not exists (select 1 from due where due.device = holding.device and due.book = new.id);
  insert into due (device, book)
  select distinct device.id, new.id
  from shelf_book join shelf on shelf.id = shelf_book.shelf join device on device.person = shelf.person
  where shelf_book.book = new.id and device.revoked_at is null
    and not exists (select 1 from due where due.device = device.id and due.book = new.id);
end;

-- A device that remembers what this server forgot may know the book of old.
create trigger due_when_book_comes after insert on book begin
  insert into due (device, book)
  select device.id, new.id from device
  where exists (
    select 1 from log where log.device = device.id and log.book is null and log.kind = 'rolled-back'
  )
    and not exists (select 1 from due where due.device = device.id and due.book = new.id);
end;

create trigger due_when_read_first after insert on reading_state begin
  insert into due (device, book)
  select device.id, new.book
  from device join holding on holding.device = device.id and holding.book = new.book
  where device.person = new.person and holding.state <> 'none'
    and not exists (select 1 from due where due.device = device.id and due.book = new.book);
end;

create trigger due_when_read_on after update of rev on reading_state begin
  insert into due (device, book)
  select device.id, new.book
  from device join holding on holding.device = device.id and holding.book = new.book
  where device.person = new.person and holding.state <> 'none'
    and not exists (select 1 from due where due.device = device.id and due.book = new.book);
end;

create trigger due_when_device_comes after insert on device begin
  insert into due (device, book)
  select distinct new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person
    and not exists (select 1 from due where due.device = new.id and due.book = shelf_book.book);
end;

create trigger due_when_device_carries_otherwise after update of carries_all, revoked_at on device begin
  insert into due (device, book)
  select distinct new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person
    and not exists (select 1 from due where due.device = new.id and due.book = shelf_book.book);
  insert into due (device, book)
  select new.id, holding.book from holding
  where holding.device = new.id and holding.state <> 'none'
    and not exists (select 1 from due where due.device = new.id and due.book = holding.book);
end;

create trigger due_when_carried after insert on device_shelf begin
  insert into due (device, book)
  select new.device, shelf_book.book from shelf_book
  where shelf_book.shelf = new.shelf
    and not exists (select 1 from due where due.device = new.device and due.book = shelf_book.book);
end;

create trigger due_when_not_carried after delete on device_shelf begin
  insert into due (device, book)
  select old.device, shelf_book.book
  from shelf_book join holding on holding.device = old.device and holding.book = shelf_book.book
  where shelf_book.shelf = old.shelf and holding.state <> 'none'
    and not exists (select 1 from due where due.device = old.device and due.book = shelf_book.book);
end;
