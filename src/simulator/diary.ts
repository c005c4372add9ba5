import { timeOfDay } from './instants.ts'

/** The story of a device in sentences, each with the time of day. */
export interface Diary {
  /** Whether anybody hears of it. */
  readonly isRead: boolean
  note(sentence: string): void
}

/** A diary that gives each line to `say`, or keeps silent without it. */
export function openDiary(now: () => number, say: ((line: string) => void) | undefined): Diary {
  return {
    isRead: say !== undefined,
    note(sentence) {
      if (say) say(`${timeOfDay(now())} ${sentence}`)
    },
  }
}

/** Counts in words: `3 operations`, `1 book`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The first few of a list, and how many more there are. */
export function listed(entries: readonly string[], most = 4): string {
  const shown = entries.slice(0, most).join(', ')
  return entries.length > most ? `${shown} and ${entries.length - most} more` : shown
}
