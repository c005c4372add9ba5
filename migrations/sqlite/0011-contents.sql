-- What a device holds is read in the order of titles; a deleted book stays in it until its removal was acknowledged.
create index book_deleted_by_sort_title on book (sort_title, id) where deleted_at is not null;

-- The usual shape of a log: many entries of a device, few of a book or of a kind. Without it SQLite takes the primary key to be
-- better than any index and goes through all of a device's log for each of its books.
analyze sqlite_schema;
insert into sqlite_stat1 (tbl, idx, stat) values
  ('log', 'log', '100000 20000 1'),
  ('log', 'log_of_book', '90000 18000 8 1'),
  ('log', 'log_of_device', '10000 2000 100 1');
