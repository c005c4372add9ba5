import type { IncomingMessage } from 'node:http'
import { openSink } from './file-sink.ts'
import { codeOf, type Answer, type Request } from './request.ts'

type Taken = Pick<Answer, 'body' | 'received' | 'sha256' | 'whole'>

/** Takes the body as far as it is wanted. What ends it early leaves it not whole. */
export async function takeBody(response: IncomingMessage, request: Request): Promise<Taken> {
  const sink = request.into === undefined ? undefined : openSink(request.into)
  const chunks: Buffer[] = []
  const stopAt = Math.min(request.cutAfter ?? Infinity, request.limit)
  let { pause } = request
  let received = 0
  let whole = false
  try {
    await read(response, (chunk) => {
      const kept = chunk.subarray(0, stopAt - received)
      received += kept.length
      sink?.write(kept)
      if (!sink || chunks.length === 0) chunks.push(kept)
      if (received >= stopAt) return 'enough'
      if (!pause || received < pause.atByte) return 'more'
      const rest = pause.until()
      pause = undefined
      return rest
    })
    whole = response.complete && received < stopAt
  } finally {
    if (!whole) response.destroy()
    sink?.close(whole)
  }
  return { body: Buffer.concat(chunks), received, sha256: sink?.digest(), whole }
}

/** Gives the body to `each`, chunk by chunk, until it has enough, the body ends or the connection breaks. */
function read(
  response: IncomingMessage,
  each: (chunk: Buffer) => 'more' | 'enough' | Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The end may be here already while a pause still lasts.
    let pause = Promise.resolve()
    const end = () => void pause.then(resolve, reject)
    const onChunk = (chunk: Buffer) => {
      const next = each(chunk)
      if (next === 'more') return
      response.pause()
      if (next === 'enough') return resolve()
      pause = next
      next.then(() => response.resume(), reject)
    }
    response.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk)
      } catch (error) {
        reject(error)
      }
    })
    response.once('end', end)
    response.once('close', end)
    response.once('error', (error) => {
      if (isBrokenConnection(error)) end()
      else reject(error)
    })
  })
}

function isBrokenConnection(error: unknown): boolean {
  const code = codeOf(error)
  return (
    code === 'ECONNRESET' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'HPE_INVALID_CONSTANT'
  )
}
