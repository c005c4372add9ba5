/** What a worker is asked to make. Paths are absolute. */
export type MakeJob = {
  /** The book's file in the library, and the SHA-256 (hexadecimal) that it must have. */
  source: string
  sourceHash: string
  /** The folder of artifacts, and where to write until the artifact is whole, inside it. */
  artifacts: string
  unfinished: string
  /** Convert the file, copy it, or copy it and read the spans that are in it. */
  how: 'convert' | 'copy' | 'read'
}

/** What came of it. */
export type MakeResult =
  | {
      result: 'made'
      hash: string
      /** Bytes. */
      size: number
      /** A fixed layout or a ready-made KEPUB is its own bytes, also when it was to be converted. */
      kind: 'converted' | 'passed-through' | 'fixed-layout' | 'copied'
      /** The numbering of the spans that converting gave. */
      scheme: number | null
      /** The span map, packed. */
      spans: Uint8Array | null
    }
  /** The source is not there, or is not what was imported. */
  | { result: 'missing' | 'changed' }
  /** It cannot become a KEPUB; the reason is a sentence for people. */
  | { result: 'not-convertible'; reason: string }
  /** The operating system refused something, with this code. */
  | { result: 'refused'; code: string; message: string }
