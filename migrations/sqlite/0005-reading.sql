-- Where people are in their books, merged per part by the instants that devices gave them.
create table reading_state (
  person text not null references person (id),
  book text not null,
  rev integer not null, -- rises when the content changes
  origin text, -- the device it came from
  created_at integer not null,
  modified text not null, -- the device's own words for when, returned unchanged
  modified_at integer not null,
  status text, -- JSON, as is the next two
  statistics text,
  place text,
  primary key (person, book)
) strict;

-- Every annotation PATCH as it came, also for books that are not ours.
create table annotation_patch (
  id integer primary key,
  person text references person (id),
  device text references device (id),
  content text not null,
  verified integer not null, -- it came with an access token of ours
  at integer not null,
  body text not null
) strict;

create index annotation_patch_of on annotation_patch (person, content, id);
