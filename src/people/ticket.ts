import { createCipheriv, createDecipheriv } from 'node:crypto'
import { z } from 'zod'
import type { Home } from '../home.ts'

/** So many that were used are remembered; the one used longest ago is forgotten first. */
const MOST_SPENT = 10_000

type Memory = { key: Buffer; spent: Map<string, number> }

/**
 * What a browser keeps between two steps of signing in: `body`, sealed so that nobody reads or changes it, for `life` ms. The server
 * keeps nothing of it, so beginning costs no memory. A server that starts anew knows none of those it gave out before.
 */
export function writeTicket(
  home: Home,
  { kind, body, life }: { kind: string; body: unknown; life: number },
): string {
  const nonce = home.random(12)
  const id = home.random(16).toString('base64url')
  const text = JSON.stringify({ id, endsAt: home.now() + life, body })
  const cipher = createCipheriv('aes-256-gcm', memoryOf(home).key, nonce).setAAD(Buffer.from(kind))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/**
 * Takes a ticket of this kind: what it says, once. Undefined for one that is none, has ended, says something else than `shape`, or
 * was taken before.
 */
export function takeTicket<Shape extends z.ZodType>(
  home: Home,
  kind: string,
  text: string | undefined,
  shape: Shape,
): z.infer<Shape> | undefined {
  const { key, spent } = memoryOf(home)
  const opened = open(key, kind, text ?? '')
  const now = home.now()
  if (!opened || opened.endsAt <= now || spent.has(opened.id)) return undefined
  const body = shape.safeParse(opened.body)
  if (!body.success) return undefined
  spent.set(opened.id, opened.endsAt)
  for (const [id, endsAt] of spent) {
    if (endsAt > now && spent.size <= MOST_SPENT) break
    spent.delete(id)
  }
  return body.data
}

const Opened = z.object({ id: z.string(), endsAt: z.number(), body: z.unknown() })

function open(key: Buffer, kind: string, text: string): z.infer<typeof Opened> | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    .setAAD(Buffer.from(kind))
    .setAuthTag(bytes.subarray(12, 28))
  try {
    const told = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    return Opened.parse(JSON.parse(told.toString('utf8')))
  } catch {
    // Whatever was changed in it, it is none of ours.
    return undefined
  }
}

function memoryOf(home: Home): Memory {
  const known = memories.get(home)
  if (known) return known
  const fresh: Memory = { key: home.random(32), spent: new Map() }
  memories.set(home, fresh)
  return fresh
}

const memories = new WeakMap<Home, Memory>()
