/** What the log says a device holds of one book. */
export type Holding = {
  /** none · offered (sent, nothing came back) · held (it has the entitlement) · unsure */
  state: 'none' | 'offered' | 'held' | 'unsure'
  /** Its file may be there. */
  file: boolean
  /** Why it is unsure. */
  why: 'removal' | 'retracted' | 'consent' | 'epoch' | 'restored' | 'rolled-back' | null
  /** The entry since which it is unsure. */
  doubtSeq: number | null
  /** The owner's leave to send it as new although its file may be there: given, or given and used by an offer. */
  consent: 'given' | 'offered' | null
  /** The reader removed it there; it is kept off. */
  excluded: boolean
  /** A DELETE ended its last stay, and nothing was offered or proven since. */
  deleted: boolean
  /** A machine took it off the shelves this device carries, and nobody has confirmed that. */
  byMachine: boolean
  /** It was named in a list of this stay. */
  listed: boolean
  /** What the device has of it, where that is known: revisions of metadata, reading state and file, and the artifact announced. */
  metaRev: number | null
  stateRev: number | null
  fileRev: number | null
  artifact: string | null
}

/** A book that the device never heard of. */
export const NOTHING: Readonly<Holding> = {
  state: 'none',
  file: false,
  why: null,
  doubtSeq: null,
  consent: null,
  excluded: false,
  deleted: false,
  byMachine: false,
  listed: false,
  metaRev: null,
  stateRev: null,
  fileRev: null,
  artifact: null,
}
