import type { Session } from './device.ts'
import { readingRoot } from './resources.ts'
import { mayContact } from './may-contact.ts'

/** The root of the reading services, when the device knows one that it may contact. */
export function readingServices(session: Session): string | undefined {
  const root = readingRoot(session.device)
  if (root === undefined) return undefined
  return mayContact(session, root, 'Resources.reading_services_host') ? root : undefined
}
