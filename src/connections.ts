import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * What somebody does with a connection: nothing whole yet, or nothing more (`idle`), a request whose body is still on its way
 * (`sending`), or one that is being answered (`answered`).
 */
type Doing = 'idle' | 'sending' | 'answered'

/** A connection as far as it matters for who has to go. */
export type Held = { peer: string; doing: Doing }

/** How many more the server itself lets wait at the door than there is room for. */
const DOOR = 50

/**
 * Keeps at most `most` connections open, and always has room for one more: when it is full, one goes that nobody waits for. So whoever
 * opens connections and says nothing, or says it slowly, closes the door only on themselves, also where a Kobo is behind the same
 * address.
 */
export function keepRoom(http: Server, most: number): void {
  // In the order in which they came.
  const held = new Map<Socket, { peer: string; request: IncomingMessage | undefined }>()
  http.maxConnections = most + DOOR
  http.on('connection', (socket: Socket) => {
    held.set(socket, { peer: socket.remoteAddress ?? '', request: undefined })
    socket.once('close', () => held.delete(socket))
    if (held.size <= most) return
    const all = [...held].slice(0, -1)
    const going = whoGoes(all.map(([, { peer, request }]) => ({ peer, doing: doingOf(request) })))
    if (going === undefined) socket.destroy()
    else all[going]?.[0].destroy()
  })
  http.on('request', (request, response) => {
    const entry = held.get(request.socket)
    if (!entry) return
    entry.request = request
    response.once('close', () => {
      if (entry.request === request) entry.request = undefined
    })
  })
}

/**
 * Which of these connections, the oldest first, goes to make room: of those that are idle the oldest of whoever has most of them; else
 * of those that send; undefined when all are being answered. Pure.
 */
export function whoGoes(connections: readonly Held[]): number | undefined {
  for (const doing of ['idle', 'sending'] as const) {
    const counts = new Map<string, number>()
    for (const each of connections)
      if (each.doing === doing) counts.set(each.peer, (counts.get(each.peer) ?? 0) + 1)
    const most = Math.max(0, ...counts.values())
    if (most === 0) continue
    return connections.findIndex((each) => each.doing === doing && counts.get(each.peer) === most)
  }
  return undefined
}

function doingOf(request: IncomingMessage | undefined): Doing {
  if (!request) return 'idle'
  return request.complete ? 'answered' : 'sending'
}
