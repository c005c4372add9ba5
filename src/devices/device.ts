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
