-- Which part of its cover's picture a book shows: {"left", "top", "width", "height"} as fractions of the picture, JSON; null for all of it.
alter table book add column cover_crop text;
