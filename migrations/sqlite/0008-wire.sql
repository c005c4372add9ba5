-- Collections that readers made on their Kobos, as they told of them.
create table tag (
  id text not null primary key,
  person text not null references person (id),
  device text references device (id), -- where it was made, when that is known
  name text not null,
  created_at integer not null,
  changed_at integer not null,
  deleted_at integer
) strict;

create index tag_of on tag (person, name);

create table tag_item (
  tag text not null references tag (id) on delete cascade,
  book text not null, -- a book's id, or the id of anything else on the Kobo
  at integer not null,
  primary key (tag, book)
) strict;

-- Stars that readers gave on their Kobos.
create table rating (
  person text not null references person (id),
  book text not null, -- as in tag_item
  stars integer not null check (stars between 1 and 5),
  at integer not null,
  primary key (person, book)
) strict;

-- Books that are not ours and that a reader removed on a Kobo.
create table foreign_removal (
  device text not null references device (id),
  content text not null,
  at integer not null,
  primary key (device, content)
) strict;
