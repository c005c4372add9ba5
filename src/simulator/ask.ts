import { violate, type Session } from './device.ts'
import { complaintsAboutCall } from './validate/store.ts'
import type { Call } from './call.ts'
import { sendJson, type Reply } from './wire.ts'

/** Sends a call about the account, the shop or the notebooks, and looks into its answer. */
export async function ask(session: Session, call: Call): Promise<Reply & { json: unknown }> {
  const reply = await sendJson(session, call)
  const [, path = ''] = reply.at.split(' ')
  violate(session, reply.at, complaintsAboutCall(call.method, path, reply.json))
  return reply
}
