import type { Contributor } from '../book.ts'
import { cleanLine, knownLine } from './clean-text.ts'
import type { Metadata } from './metadata.ts'
import type { MetadataElement } from './package-elements.ts'

const NAME_LIMIT = 500
const ROLE_LIMIT = 200
const CONTRIBUTOR_LIMIT = 200

/**
 * Everyone the book names, creators before contributors, each in document order, with a MARC relator code. A creator
 * without a role is an author (`aut`), a contributor without one is `ctb`. The sort name is only what the book says.
 */
export function readContributors(metadata: Metadata): Contributor[] {
  const people = [
    ...metadata.elements('creator').map((element) => contributor(metadata, element, 'aut')),
    ...metadata.elements('contributor').map((element) => contributor(metadata, element, 'ctb')),
  ].filter((person) => person !== null)
  const distinct = new Map(people.toReversed().map((one) => [`${one.role} ${one.name}`, one]))
  return people
    .filter((person) => distinct.get(`${person.role} ${person.name}`) === person)
    .slice(0, CONTRIBUTOR_LIMIT)
}

function contributor(
  metadata: Metadata,
  element: MetadataElement,
  otherwise: string,
): Contributor | null {
  const name = knownLine(element.text, NAME_LIMIT)
  if (name === null) return null
  const fileAs = element.attributes.get('file-as') ?? metadata.refinements(element, 'file-as')[0]
  const written = [element.attributes.get('role'), ...metadata.refinements(element, 'role')]
  const roles = written.flatMap((role) => relatorCode(role) ?? [])
  const role = roles.includes('aut') ? 'aut' : (roles[0] ?? otherwise)
  return { name, sortName: cleanLine(fileAs, NAME_LIMIT), role }
}

/** A code as it is, the last part of its address at id.loc.gov, or one of the words that books use instead. */
function relatorCode(role: string | undefined): string | undefined {
  const word = role?.trim().slice(-ROLE_LIMIT).toLowerCase().split(/[/:]/u).at(-1) ?? ''
  return /^[a-z]{3}$/u.test(word) ? word : RELATOR_WORDS.get(word)
}

const RELATOR_WORDS = new Map([
  ['author', 'aut'],
  ['editor', 'edt'],
  ['illustrator', 'ill'],
  ['narrator', 'nrt'],
  ['translator', 'trl'],
])
