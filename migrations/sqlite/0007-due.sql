-- Every change that can change an operation makes its pairs due, so that no code can forget to. Too many are harmless: the
-- planner drops a pair for which nothing is to be done.

create trigger due_when_shelved after insert on shelf_book begin
  insert or ignore into due (device, book)
  select device.id, new.book
  from shelf join device on device.person = shelf.person
  where shelf.id = new.shelf and device.revoked_at is null;
end;

create trigger due_when_unshelved after delete on shelf_book begin
  insert or ignore into due (device, book)
  select device, old.book from holding where book = old.book and state <> 'none';
end;

create trigger due_when_book_changes after update of meta_rev, file_rev, artifact, deleted_at on book begin
  insert or ignore into due (device, book)
  select device, new.id from holding where book = new.id and state <> 'none';
  insert or ignore into due (device, book)
  select device.id, new.id
  from shelf_book join shelf on shelf.id = shelf_book.shelf join device on device.person = shelf.person
  where shelf_book.book = new.id and device.revoked_at is null;
end;

create trigger due_when_read_first after insert on reading_state begin
  insert or ignore into due (device, book)
  select device.id, new.book
  from device join holding on holding.device = device.id and holding.book = new.book
  where device.person = new.person and holding.state <> 'none';
end;

create trigger due_when_read_on after update of rev on reading_state begin
  insert or ignore into due (device, book)
  select device.id, new.book
  from device join holding on holding.device = device.id and holding.book = new.book
  where device.person = new.person and holding.state <> 'none';
end;

create trigger due_when_device_comes after insert on device begin
  insert or ignore into due (device, book)
  select new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person;
end;

create trigger due_when_device_carries_otherwise after update of carries_all, revoked_at on device begin
  insert or ignore into due (device, book)
  select new.id, shelf_book.book
  from shelf join shelf_book on shelf_book.shelf = shelf.id
  where shelf.person = new.person;
  insert or ignore into due (device, book)
  select new.id, book from holding where device = new.id and state <> 'none';
end;

create trigger due_when_carried after insert on device_shelf begin
  insert or ignore into due (device, book)
  select new.device, book from shelf_book where shelf = new.shelf;
end;

create trigger due_when_not_carried after delete on device_shelf begin
  insert or ignore into due (device, book)
  select old.device, shelf_book.book
  from shelf_book join holding on holding.device = old.device and holding.book = shelf_book.book
  where shelf_book.shelf = old.shelf and holding.state <> 'none';
end;
