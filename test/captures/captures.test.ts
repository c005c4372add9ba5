import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { encodeOperation } from '../../src/kobo/wire/encode-operation.ts'
import { complaintsAboutPage, complaintsAboutToken } from '../../src/simulator/validate/page.ts'
import { Capture } from './capture.ts'
import { decodeOperation } from './decode-operation.ts'
import { openCaptureHouse, type CaptureHouse } from './house.ts'
import { play } from './play.ts'

const FOLDER = import.meta.dirname
/** Writes the answers down anew in place of comparing them; whoever does it reads what changed. */
const RECORD = process.env['RECORD_CAPTURES'] !== undefined

const captures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const read: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
    return { name: name.replace(/\.json$/, ''), capture: Capture.parse(read) }
  })

const open: CaptureHouse[] = []
afterEach(async () => {
  for (const { house } of open.splice(0)) await house.close()
})

describe('a Kobo is answered exactly as captured', () => {
  test.each(captures)('in $name: $capture.about', async ({ name, capture }) => {
    const house = await openCaptureHouse()
    open.push(house)
    const played = await play(house, name, capture.exchanges)
    for (const [n, { answer, text, length }] of played.entries()) {
      const exchange = capture.exchanges[n]
      const at = `${name} ${n + 1}: ${exchange?.request.method} ${exchange?.request.path}`
      // What is captured is JSON, and the wire is text: 33.0 would be read as 33, and other orders as the same.
      const captured = RECORD ? answer.body : exchange?.answer.body
      if (text !== '') expect([JSON.stringify(captured), captured], at).toContain(text)
      const announced = answer.headers['content-length']
      const empty = exchange?.request.method === 'HEAD' || answer.status === 204
      expect(empty ? '' : announced, at).toBe(empty ? '' : String(length))
      if (RECORD) Object.assign(exchange ?? {}, { answer })
      else expect({ at, ...answer }).toEqual({ at, ...exchange?.answer })
    }
    if (RECORD) writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(capture, null, 2)}\n`)
  })
})

describe('a captured page', () => {
  const pages = captures.flatMap(({ name, capture }) =>
    capture.exchanges
      .filter(({ request }) => request.path.includes('/v1/library/sync'))
      .map(({ answer }, n) => ({ name: `${name} ${n + 1}`, answer })),
  )

  test.each(pages)('of $name breaks no rule of the simulated Kobo', ({ answer }) => {
    const page = answer.body
    if (!Array.isArray(page)) {
      expect(answer.status).toBe(401)
      return
    }
    const bytes = Buffer.byteLength(JSON.stringify(page))
    expect(complaintsAboutPage(page, bytes)).toEqual([])
    expect(complaintsAboutToken(answer.headers['x-kobo-synctoken'])).toEqual([])
  })

  test.each(pages)('of $name says the same when it is read and written again', ({ answer }) => {
    const page: unknown[] = Array.isArray(answer.body) ? answer.body : []
    for (const operation of page) {
      const { operation: read, about } = decodeOperation(operation)
      expect(JSON.stringify(encodeOperation(read, about))).toBe(JSON.stringify(operation))
    }
  })

  test('is there of every kind that is ever sent', () => {
    const kinds = pages.flatMap(({ answer }) =>
      (Array.isArray(answer.body) ? answer.body : []).flatMap((each: unknown) =>
        Object.keys(each ?? {}),
      ),
    )
    expect([...new Set(kinds)].toSorted()).toEqual([
      'ChangedEntitlement',
      'ChangedProductMetadata',
      'ChangedReadingState',
      'NewEntitlement',
    ])
  })
})
