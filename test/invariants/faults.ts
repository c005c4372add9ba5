import type { Random } from './random.ts'

/**
 * What can happen to a library sync: the request is lost, or the server is killed within it; its answer is lost; the device crashes when
 * it has applied all or half of a page; the request is sent twice, or an older one once more; the session breaks off after the token was
 * stored, or before it could be.
 */
export type SyncFault =
  | 'lost'
  | 'killed'
  | 'reply'
  | 'crash'
  | 'half'
  | 'twice'
  | 'twin'
  | 'stored'
  | 'unstored'

/** What can happen to another exchange: it is lost, its answer is lost, or the device sends it only at a later session. */
export type CallFault = 'lost' | 'reply'
export type WriteFault = CallFault | 'late'

export type Faults = {
  sync(): SyncFault | null
  call(): CallFault | null
  write(): WriteFault | null
}

export const NO_FAULTS: Faults = { sync: () => null, call: () => null, write: () => null }

/** A bad network, and programs that end when they like. */
export function faultsFrom(random: Random): Faults {
  return {
    sync() {
      const x = random()
      if (x < 0.12) return 'lost'
      if (x < 0.24) return 'reply'
      if (x < 0.3) return 'crash'
      if (x < 0.36) return 'half'
      if (x < 0.41) return 'twice'
      if (x < 0.46) return 'stored'
      if (x < 0.52) return 'unstored'
      if (x < 0.54) return 'killed'
      return x < 0.56 ? 'twin' : null
    },
    call() {
      const x = random()
      return x < 0.07 ? 'lost' : x < 0.14 ? 'reply' : null
    },
    write() {
      const x = random()
      return x < 0.2 ? 'late' : x < 0.25 ? 'lost' : x < 0.3 ? 'reply' : null
    },
  }
}
