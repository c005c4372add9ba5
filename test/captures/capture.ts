import { z } from 'zod'

/**
 * One capture: what a Kobo asks in one stretch of its life, and exactly what it is answered. Each begins in the same house.
 * In requests, `{secret}` and other names in braces stand for what the house gave out (see `play.ts`).
 */
export type Capture = z.infer<typeof Capture>
export type Exchange = z.infer<typeof Exchange>
export type CapturedAnswer = z.infer<typeof Answer>

const Request = z.strictObject({
  method: z.string(),
  path: z.string(),
  /** Besides those that every Kobo sends; null takes one of those away. */
  headers: z.record(z.string(), z.string().nullable()).optional(),
  /** JSON, or text as it is. */
  body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  /** So many bytes of spaces are put after the body. */
  padding: z.number().int().positive().optional(),
})

const Answer = z.strictObject({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  /** JSON; or the length and SHA-256 of anything else. Absent when there is none. */
  body: z.unknown().optional(),
})

const Exchange = z.strictObject({
  /** What is done in the house before: an act of `house.ts`. */
  before: z.string().optional(),
  request: Request,
  answer: Answer,
})

export const Capture = z.strictObject({
  about: z.string(),
  exchanges: z.array(Exchange).min(1),
})
