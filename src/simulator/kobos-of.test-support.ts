import { type FakeServer } from './fake-server.test-support.ts'
import { discard, newKobo } from './new-kobo.test-support.ts'

type MadeKobo = ReturnType<typeof newKobo>

/** Makes the Kobos of a test, which all speak to its server. `discardAll` ends them. */
export function kobosOf(server: () => FakeServer): {
  /** What `discardAll` ends. */
  made: MadeKobo[]
  kobo: (options?: Parameters<typeof newKobo>[1]) => MadeKobo['kobo']
  discardAll: () => void
} {
  const made: MadeKobo[] = []
  return {
    made,
    kobo(options = {}) {
      const one = newKobo(server(), options)
      made.push(one)
      return one.kobo
    },
    discardAll() {
      for (const one of made.splice(0)) discard(one)
    },
  }
}
