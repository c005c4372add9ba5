-- What somebody reads or has finished is found without looking at everything that they ever opened.
create index reading_state_by_status
  on reading_state (person, json_extract(status, '$.status'), modified_at desc);

-- Beginnings of words of up to three characters have an index of their own: they are what is searched for while somebody types.
create virtual table book_search_anew using fts5 (
  text, tokenize = "unicode61 remove_diacritics 0", prefix = '1 2 3'
);
insert into book_search_anew (rowid, text) select rowid, text from book_search;
drop table book_search;
alter table book_search_anew rename to book_search;
