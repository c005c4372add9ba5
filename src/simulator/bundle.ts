import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseJson } from './json.ts'
import { WrongUse } from './wrong-use.ts'

const Operation = z.object({
  verb: z.enum(['new', 'file', 'metadata', 'removal', 'state']),
  book: z.string(),
})

const Entry = z.object({
  kind: z.string(),
  book: z.string().optional(),
  repeat: z.boolean().optional(),
  operations: z.array(Operation).optional(),
})

const Bundle = z.object({
  format: z.literal('holdfast-sync-1'),
  sync: z.object({ id: z.string(), startedAt: z.number() }),
  entries: z.array(Entry).max(100_000),
})

/** What a server kept of one sync, as far as a device can live through it again. */
export type Bundle = z.infer<typeof Bundle>

/** What a server told of a book. */
export type Told = z.infer<typeof Operation>

/** Reads the bundle of a sync. Throws WrongUse when the file is none. */
export function readBundle(path: string): Bundle {
  const read = Bundle.safeParse(parseJson(fileAt(path)))
  if (!read.success) throw new WrongUse(`${path} is not the bundle of a sync.`)
  return read.data
}

function fileAt(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new WrongUse(`${path} cannot be read.`)
    throw error
  }
}
