import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { ServerResponse } from 'node:http'

/** Answers that servers of this process have begun and not ended. */
const open = new Set<ServerResponse>()

channel('http.server.request.start').subscribe((message) => {
  const response: unknown = Object(message).response
  if (!(response instanceof ServerResponse)) return
  open.add(response)
  response.once('close', () => open.delete(response))
})

/** Resolves when the last byte of every answer of a server in this process is out, or whoever asked has hung up. */
export async function answersAreOut(): Promise<void> {
  for (const response of open) if (!response.closed) await once(response, 'close')
}
