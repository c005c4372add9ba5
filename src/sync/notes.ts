import type { Database } from '../db/open.ts'
import type { Fact } from './log-row.ts'

/** How many notes may wait. A crash may lose them all; they gate nothing. */
const LIMIT = 20_000

type Notes = { waiting: Map<string, Fact[]>; count: number; timer: NodeJS.Timeout | undefined }

const notesOf = new WeakMap<Database, Notes>()

/** Keeps a fact about a device in memory until it is taken. `due` is called once, `delay` ms after the first of them. */
export function addNote(
  db: Database,
  device: string,
  fact: Fact,
  delay: number,
  due: () => void,
): void {
  const notes = notesOf.get(db) ?? {
    waiting: new Map<string, Fact[]>(),
    count: 0,
    timer: undefined,
  }
  notesOf.set(db, notes)
  if (notes.count >= LIMIT) return
  const waiting = notes.waiting.get(device)
  if (waiting) waiting.push(fact)
  else notes.waiting.set(device, [fact])
  notes.count++
  notes.timer ??= setTimeout(() => {
    notes.timer = undefined
    due()
  }, delay).unref()
}

/** The devices about which something is noted. */
export function notedDevices(db: Database): string[] {
  return [...(notesOf.get(db)?.waiting.keys() ?? [])]
}

/** Takes what is noted about a device, oldest first. */
export function takeNotes(db: Database, device: string): Fact[] {
  const notes = notesOf.get(db)
  const taken = notes?.waiting.get(device) ?? []
  if (notes) {
    notes.waiting.delete(device)
    notes.count -= taken.length
  }
  return taken
}
