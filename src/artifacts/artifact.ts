/** The exact bytes a device downloads: made ahead, immutable, addressed by hash. */
export type Artifact = {
  hash: string
  book: string
  fileRev: number
  format: 'EPUB3' | 'EPUB3FL' | 'KEPUB'
  /** Bytes: the announced Size, the Content-Length and what is sent. */
  size: number
}
