import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { ANSWER_LIMIT, boundedFetch, Unreachable } from './bounded-fetch.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const http = createServer(listener).listen(0, '127.0.0.1')
  await once(http, 'listening')
  closing.push(() => http.close().closeAllConnections())
  const address = http.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const ask = (address: string, signal?: AbortSignal) =>
  boundedFetch(address, {
    headers: {},
    method: 'GET',
    redirect: 'manual',
    ...(signal && { signal }),
  })

describe('what is asked of a provider', () => {
  test.each(['http://books.example/', 'http://10.0.0.1/', 'http://127.0.0.1.books.example/'])(
    'is not asked of %s, which is neither https nor this machine',
    async (address) => {
      await expect(ask(address)).rejects.toThrow('is not asked without encryption')
    },
  )

  test('comes as it is, up to a limit', async () => {
    const at = await serve((request, response) =>
      response.end('x'.repeat(Number(request.url?.slice(1)))),
    )
    expect((await (await ask(`${at}/${ANSWER_LIMIT}`)).text()).length).toBe(ANSWER_LIMIT)
    await expect(ask(`${at}/${ANSWER_LIMIT + 1}`)).rejects.toThrow('too long')
  })

  test('leads nowhere else', async () => {
    const asked: string[] = []
    const at = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(302, { location: '/other' }).end()
    })
    expect((await ask(`${at}/`)).status).toBe(302)
    expect(asked).toEqual(['/'])
  })

  test('is unreachable where nobody answers, or breaks off, or fails', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('x', () => response.destroy())
    })
    const failing = await serve((_, response) => response.writeHead(502).end())
    for (const address of ['http://127.0.0.1:1/', broken, failing])
      await expect(ask(address)).rejects.toBeInstanceOf(Unreachable)
  })

  test('ends when it takes too long', async () => {
    const over = new AbortController()
    const at = await serve(() => over.abort())
    await expect(ask(at, over.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
