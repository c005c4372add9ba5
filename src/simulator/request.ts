import type { IncomingHttpHeaders } from 'node:http'

export interface Request {
  method: string
  url: URL
  /** Connect to the server of this address instead; the request itself stays as it is. */
  via?: URL | undefined
  headers: Record<string, string>
  body?: string
  /** Destroy the connection after so many bytes of the body. */
  cutAfter?: number
  /** Stop reading the body after so many bytes, until `until` resolves. */
  pause?: { atByte: number; until: () => Promise<void> }
  /** Stream the body to this file instead of keeping it. The file appears only when it is complete. */
  into?: string
  /** Give up after this time without a byte, in ms. */
  patienceMs: number
  /** Most bytes of a body that are taken. */
  limit: number
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Bytes of the status line and all header lines. */
  headerBytes: number
  /** The body, or its first bytes when it went to a file. */
  body: Buffer
  /** Bytes of the body that arrived. */
  received: number
  contentLength: number | undefined
  sha256: string | undefined
  /** False when the connection ended before the body did. */
  whole: boolean
}

/** There was no answer at all. The message is a clause for the diary. */
export class Unreachable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unreachable'
  }
}

/** The code of a failure, for the diary. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure'
}
