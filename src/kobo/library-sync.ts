import { encoder } from '../encoder.ts'
import type { Home } from '../home.ts'
import { answerStranger, takeTurn } from '../sync/turn.ts'
import type { Encode } from '../sync/words.ts'
import { openLargeBooks } from '../watchdogs/large-books.ts'
import { answer, answerText } from './answer.ts'
import type { KoboContext, KoboHandler } from './env.ts'

/**
 * `GET /v1/library/sync`: a flat array of operations, the token that names them, and whether to come again at once
 * (docs/protocol/library-sync.md). A request that does not say which Kobo makes it proves nothing; of several siblings it gets nothing.
 */
export function librarySyncHandler(home: Home): KoboHandler {
  const handedOver = new Map<string, { session: number; answers: number }>()
  const large = openLargeBooks(home)

  return async (c) => {
    const { device, answered, base } = c.var
    // HEAD comes here too, and must not take a turn: nobody reads the page.
    if (!answered || c.req.method !== 'GET') return answer([])
    if (!device) {
      const encode = encoder(home, answered, base)
      const words: Encode = (operation, about) =>
        large.measured(encode(operation, about), about.book)
      const { operations, token } = await answerStranger(home, answered, words)
      return answerText(`[${operations.join(',')}]`, 200, { 'x-kobo-synctoken': token })
    }
    const encode = encoder(home, device, base)
    const turn = await takeTurn(
      home,
      device,
      c.req.header('x-kobo-synctoken'),
      (session) => answersOf(handedOver.get(device.id), session),
      (operation, about) => large.measured(encode(operation, about), about.book),
    )
    await large.report()
    onceHandedOver(c, () => {
      const answers = answersOf(handedOver.get(device.id), turn.session) + 1
      handedOver.set(device.id, { session: turn.session, answers })
    })
    const headers: Record<string, string> = { 'x-kobo-synctoken': turn.token }
    if (turn.more) headers['x-kobo-sync'] = 'continue'
    return answerText(`[${turn.operations.join(',')}]`, 200, headers)
  }
}

function answersOf(
  known: { session: number; answers: number } | undefined,
  session: number,
): number {
  return known?.session === session ? known.answers : 0
}

/** Calls back when the last byte of the answer is out; never when the device hangs up first. */
function onceHandedOver(c: KoboContext, then: () => void): void {
  c.env.outgoing?.once('finish', then)
}
