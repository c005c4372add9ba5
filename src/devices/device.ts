import { Problem } from '../problem.ts'

/** One physical Kobo, as the server knows it. */
export type Device = {
  id: string
  person: string
  pairing: string
  name: string
  /** x-kobo-deviceid, once it was seen. */
  hardwareId: string | null
  model: string | null
  firmware: string | null
  platform: string | null
  /** Ids of the shelves it carries; null = every shelf of its person, also future ones. */
  shelves: string[] | null
  paused: boolean
  onDelete: 'keep-off' | 'bring-back' | 'unshelve'
  /** Rises with every sync without a token of ours; part of the media key. */
  mediaNumber: number
  onePage: boolean
  createdAt: number
  lastSeenAt: number | null
  revokedAt: number | null
}

/** A pairing: one address in a Kobo's configuration, owned by a person. */
export type Pairing = { id: string; person: string; generation: number }

const LONGEST_NAME = 100

/** The name of a device as it is kept. Throws `Problem('invalid')` for one that is empty, longer than 100 characters or not one line. */
export function deviceName(text: string): string {
  const name = text.toWellFormed().normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST_NAME || /\p{Cc}/u.test(name))
    throw new Problem(
      'invalid',
      `The name of a device has 1 to ${LONGEST_NAME} characters on one line.`,
    )
  return name
}
