import type { Db } from '../../db/schema.ts'
import type { Device } from '../../devices/device.ts'
import type { Person } from '../../people/person.ts'
import { hasShelved } from '../../shelves/shelf.store.ts'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { Choices, libraryLink } from './choices.ts'

/** What somebody has not done yet, without which no book of the library comes to a Kobo of theirs. */
export type Step = 'connect' | 'shelve'

/** The next step of somebody with these Kobos whose library has books; undefined once a Kobo may take some along. */
export async function nextStepOf(
  db: Db,
  person: Person,
  devices: readonly Device[],
): Promise<Step | undefined> {
  if (devices.length === 0) return 'connect'
  return (await hasShelved(db, person.id)) ? undefined : 'shelve'
}

/** Says what comes next, and leads there. */
export function NextStep({ visit, step }: { visit: Visit; step: Step }) {
  return (
    <p>
      Next:{' '}
      {step === 'connect' ? (
        <>
          <a href={link(visit.root, 'connect')}>connect a Kobo</a>, which takes along what stands on
          your shelves.
        </>
      ) : (
        <>
          <a href={libraryLink(visit, Choices.parse({ choose: '1' }), {})}>choose books</a> and put
          them on a shelf. Your Kobo takes along what stands on one.
        </>
      )}
    </p>
  )
}
