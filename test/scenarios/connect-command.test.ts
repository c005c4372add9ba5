import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'

const URL_OF_BOB = 'http://192.168.1.20:8190/kobo/bobs-secret'
const CONF = `[OneStoreServices]\r
api_endpoint=https://storeapi.kobo.com\r
image_host=//cdn.kobo.com/book-images/\r
\r
[Reading]\r
name=@ByteArray(\\xe9)\r
`

let drive: string
let conf: string
beforeEach(async () => {
  drive = await mkdtemp(join(tmpdir(), 'holdfast-drive-'))
  conf = join(drive, '.kobo', 'Kobo', 'Kobo eReader.conf')
  await mkdir(dirname(conf), { recursive: true })
  await writeFile(conf, CONF)
})
afterEach(async () => {
  await rm(drive, { recursive: true, force: true })
})

async function holdfast(...argv: string[]) {
  const told: string[] = []
  const say = (line: string) => void told.push(line)
  const code = await run(argv, {
    out: say,
    err: say,
    input: (async function* () {
      yield ''
    })(),
    env: {},
  })
  return { code, told: told.join('\n') }
}

test.each([[''], ['.kobo'], ['.kobo/Kobo'], ['.kobo/Kobo/Kobo eReader.conf']])(
  'a Kobo that is plugged in is pointed here, named by “%s”, and given back',
  async (path) => {
    const there = await holdfast('connect', join(drive, path), `${URL_OF_BOB}/`)
    expect(there).toEqual({ code: 0, told: expect.stringContaining(`calls ${URL_OF_BOB} now`) })
    expect(await readFile(conf, 'latin1')).toBe(
      CONF.replace('https://storeapi.kobo.com', URL_OF_BOB).replace(/image_host.*\r\n/u, ''),
    )
    expect(await readFile(`${conf}.before-holdfast.txt`, 'latin1')).toBe(CONF)

    const again = await holdfast('connect', join(drive, path), URL_OF_BOB)
    expect(again).toEqual({ code: 0, told: 'It was so already. Nothing was changed.' })

    const back = await holdfast('disconnect', join(drive, path))
    expect(back).toEqual({ code: 0, told: expect.stringContaining(`Before, it was ${URL_OF_BOB}`) })
    expect(await readFile(conf, 'latin1')).toBe(CONF.replace(/image_host.*\r\n/u, ''))
    // The copy is of what was there before any of this.
    expect(await readFile(`${conf}.before-holdfast.txt`, 'latin1')).toBe(CONF)
  },
)

test.each([
  ['http://localhost:8190/kobo/x', 2, 'A Kobo cannot reach that address'],
  ['http://127.0.0.1:8190/kobo/x', 2, 'A Kobo cannot reach that address'],
  ['192.168.1.20/kobo/x', 2, 'is no sync URL'],
])('an address that no Kobo could use is refused: %s', async (url, code, sentence) => {
  const told = await holdfast('connect', drive, url)
  expect(told).toEqual({ code, told: expect.stringContaining(sentence) })
  expect(await readFile(conf, 'latin1')).toBe(CONF)
})

test('what is no drive of a Kobo is refused in a sentence, and left alone', async () => {
  await writeFile(conf, 'SQLite format 3\u0000')
  expect(await holdfast('connect', drive, URL_OF_BOB)).toEqual({
    code: 1,
    told: 'That file is no configuration of a Kobo. It was left as it is.',
  })
  expect(await readFile(conf, 'latin1')).toBe('SQLite format 3\u0000')
  await rm(conf)
  expect(await holdfast('disconnect', drive)).toEqual({
    code: 1,
    told: expect.stringContaining('holds no “Kobo eReader.conf”'),
  })
  expect(await holdfast('disconnect')).toMatchObject({ code: 2 })
})
