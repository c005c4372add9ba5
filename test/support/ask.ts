import { request } from 'node:http'

/** Asks with exactly these headers, also those that fetch would set itself. */
export function ask(
  url: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' } = {},
): Promise<{
  status: number
  headers: Record<string, string | string[] | undefined>
  words: string
}> {
  const sized = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method, headers: { ...headers, ...sized }, agent: false },
      (answer) => {
        let words = ''
        answer.setEncoding('latin1').on('data', (part: string) => (words += part))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, words }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
