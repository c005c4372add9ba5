/** The exact bytes a device downloads: made ahead, immutable, addressed by hash. */
export type Artifact = {
  hash: string
  book: string
  fileRev: number
  format: 'EPUB3' | 'EPUB3FL' | 'KEPUB'
  /** Bytes: the announced Size, the Content-Length and what is sent. */
  size: number
}

/** An artifact that was just made, with what is kept of the making. */
export type MadeArtifact = Artifact & {
  /** The numbering of its spans, and the version of Holdfast that gave them. Null unless it was converted. */
  converted: { scheme: number; converter: string } | null
  /** Its span map, packed. Null where it has no spans, or none that can be read. */
  spans: Buffer | null
}
