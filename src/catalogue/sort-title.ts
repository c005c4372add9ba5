import { searchText } from './search-text.ts'

/**
 * The key a title is sorted by: folded like search text, without its leading article in the book's language (English
 * where the language is unknown). `language` is a BCP 47 tag.
 */
export function sortTitle(title: string, language: string | null): string {
  const key = searchText(title)
  const space = key.indexOf(' ')
  if (space < 0) return key || title
  const tongue = language?.split(/[-_]/, 1)[0]?.toLowerCase() ?? 'en'
  const articles = ARTICLES.get(tongue === 'und' ? 'en' : tongue)
  return articles?.has(key.slice(0, space)) ? key.slice(space + 1) : key
}

const ARTICLES = new Map(
  Object.entries({
    en: 'the a an',
    de: 'der die das ein eine',
    fr: 'le la les l un une des',
    es: 'el la los las un una unos unas',
    it: 'il lo la i gli le l un uno una',
    pt: 'o a os as um uma',
    nl: 'de het een',
    ca: 'el la els les l un una',
    sv: 'en ett den det',
    da: 'en et den det',
    no: 'en ei et den det',
    nb: 'en ei et den det',
  }).map(([language, articles]) => [language, new Set(articles.split(' '))]),
)
