import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { ServerResponse } from 'node:http'

const BEGINS = 'http.server.request.start'

/** The requests that a server of this process has not finished answering. */
export type UnderWay = {
  /** Resolves when the last byte of every answer is out, or whoever asked has hung up. */
  over(): Promise<void>
  close(): void
}

/** Watches what is asked from now on. The caller closes it. */
export function watchRequests(): UnderWay {
  const open = new Set<ServerResponse>()
  const begins = channel(BEGINS)
  const begin = (message: unknown): void => {
    const response = Object(message).response
    if (!(response instanceof ServerResponse)) return
    open.add(response)
    response.once('close', () => open.delete(response))
  }
  begins.subscribe(begin)
  return {
    async over() {
      for (const response of open) if (!response.closed) await once(response, 'close')
    },
    close: () => begins.unsubscribe(begin),
  }
}
