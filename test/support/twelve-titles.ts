/** Twelve books on a shelf, of which a Kobo may lose some. */
export const TWELVE = [
  'Agnes Grey',
  'Cranford',
  'Dracula',
  'Emma',
  'Evelina',
  'Frankenstein',
  'Jane Eyre',
  'Middlemarch',
  'Persuasion',
  'Shirley',
  'Villette',
  'Walden',
]
