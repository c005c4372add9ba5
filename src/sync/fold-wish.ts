import type { BookEntry } from './book-entry.ts'
import type { Mark } from './log.ts'
import { doubt, endStay, type Stay } from './stay.ts'

/** What a person wished of one book, by an entry of its log. */
export type Wish = Extract<
  BookEntry,
  { kind: 'shelved' | 'unshelved' | 'bring-back' | 'delete' | 'consent' | 'retract' }
>

/** Wishes of people outlive a device that goes back in time. */
export function isWish(entry: BookEntry): entry is Mark & Wish {
  return (
    entry.kind === 'shelved' ||
    entry.kind === 'unshelved' ||
    entry.kind === 'bring-back' ||
    entry.kind === 'delete' ||
    entry.kind === 'consent' ||
    entry.kind === 'retract'
  )
}

/** What a wish makes of a stay. `undone`: the device has forgotten it since, for it was restored from a backup of its own. */
export function applyWish(stay: Stay, wish: Mark & Wish, undone: boolean): void {
  switch (wish.kind) {
    case 'shelved':
    case 'bring-back':
      stay.excluded = false
      stay.byMachine = false
      return
    case 'unshelved':
      stay.byMachine = wish.cause === 'machine'
      return
    case 'delete':
      if (wish.repeat) return
      stay.excluded = wish.exclude
      if (undone) return
      endStay(stay, wish)
      stay.consent = null
      stay.deleted = true
      return
    case 'consent':
      if (stay.state === 'none') endStay(stay, wish)
      else doubt(stay, 'consent', wish, wish)
      stay.file = false
      stay.consent = 'given'
      return
    case 'retract':
      doubt(stay, 'retracted', wish, wish)
      stay.file = true
      return
  }
}
