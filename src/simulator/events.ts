/** Who or what did something to a device's books. */
export interface Cause {
  /** The server by an answer, the reader with a finger, or a mishap that befell the device. */
  by: 'server' | 'reader' | 'mishap'
  /** The operation, the call or the act, such as `NewEntitlement` or `factory reset`. */
  how: string
  /** Of the server: the number of the page that the operation came with. */
  page?: number
}

/**
 * What happened to a device, as checks need it. Pages are numbered from 1 over the device's whole life, resets included;
 * percentages are of the whole book, 100 when it is finished.
 */
export type Event =
  /** An answer arrived. `tokenBytes` is there when it carried a sync token. */
  | { what: 'answer'; at: string; status: number; headerBytes: number; tokenBytes?: number }
  /** An operation of a page took its turn. `dropped` says why it had no effect, `half` that a crash tore it. */
  | {
      what: 'applied'
      page: number
      kind: string
      book: string
      removed?: true
      dropped?: string
      half?: true
    }
  /** A downloaded book became a "Download" tile by an operation. */
  | {
      what: 'flip'
      book: string
      cause: Cause
      why: 'always' | 'size' | 'revision'
      /** Bytes of the file that was there, and of the one that was announced. */
      had: number | null
      announced: number | undefined
    }
  | { what: 'downloaded'; book: string; bytes: number; spans: number | undefined }
  /** A row of the library is no longer there, or says that its book was removed. */
  | { what: 'row gone'; book: string; cause: Cause }
  /** The row stays and says that there is no file. Flips have an event of their own. */
  | { what: 'file gone'; book: string; cause: Cause }
  | { what: 'annotations lost'; book: string; ids: string[]; cause: Cause }
  | { what: 'place back'; book: string; from: number; to: number; cause: Cause }
  /** A place that the server sent names a span that the file does not have. */
  | { what: 'place not found'; book: string; location: string; cause: Cause }
  /** A whole sync ended. `continues` counts the answers that said continue. */
  | { what: 'synced'; completed: boolean; pages: number; continues: number }
