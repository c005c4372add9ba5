import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

describe('commands beside a running server', () => {
  let house: House
  let folder: string
  beforeEach(async () => {
    house = await openHouse()
    folder = await mkdtemp(join(tmpdir(), 'holdfast-commands-'))
  })
  afterEach(async () => {
    await house.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function holdfast(argv: string[], input = '') {
    const out: string[] = []
    const err: string[] = []
    const code = await run(argv, {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      input: (async function* () {
        yield input
      })(),
      env: {
        HOLDFAST_DATA_DIR: house.dataDir,
        HOLDFAST_PUBLIC_URL: house.url,
        HOLDFAST_LOG_LEVEL: 'silent',
      },
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  test('help is given for all of them and for each', async () => {
    const { code, out } = await holdfast(['--help'])
    expect(code).toBe(0)
    for (const name of ['serve', 'import', 'user add', 'token add', 'device add', 'errata act']) {
      expect(out).toContain(`holdfast ${name}`)
      const help = await holdfast([...name.split(' '), '--help'])
      expect([help.code, help.out.startsWith(`holdfast ${name}`)]).toEqual([0, true])
    }
  })

  test('wrong usage ends with 2 and says what is wrong', async () => {
    for (const argv of [[], ['fly'], ['user'], ['user', 'add'], ['import'], ['errata', '--what']]) {
      const { code, err } = await holdfast(argv)
      expect([argv, code]).toEqual([argv, 2])
      expect(err).not.toBe('')
    }
  })

  test('the version is told', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
    expect(await holdfast(['--version'])).toEqual({ code: 0, out: version, err: '' })
  })

  test('a link to a folder is as good as the folder', async () => {
    await mkdir(join(folder, 'far'))
    await writeFile(join(folder, 'far', 'three.epub'), await makeEpub({ title: 'Three' }))
    await symlink(join(folder, 'far'), join(folder, 'near'))
    const { code, out } = await holdfast(['import', join(folder, 'near')])
    expect([code, out]).toEqual([0, expect.stringContaining('1 added.')])
  })

  test('a folder is imported with all below it, and failures are told at the end', async () => {
    await mkdir(join(folder, 'books', 'deep'), { recursive: true })
    await writeFile(join(folder, 'books', 'one.epub'), await makeEpub({ title: 'One' }))
    await writeFile(join(folder, 'books', 'deep', 'two.epub'), await makeEpub({ title: 'Two' }))
    await writeFile(join(folder, 'books', 'deep', 'copy.epub'), await makeEpub({ title: 'One' }))
    await writeFile(join(folder, 'books', 'notes.txt'), 'no book')
    const first = await holdfast(['import', join(folder, 'books')])
    expect([first.code, first.out.split('\n').at(-1)]).toEqual([0, '2 added, 1 there already.'])
    expect(first.out).toMatch(/^1 of 3 · /)

    await writeFile(join(folder, 'books', 'bad.epub'), 'not an archive')
    const second = await holdfast(['import', join(folder, 'books'), '--json'])
    expect(second.code).toBe(1)
    expect(JSON.parse(second.out)).toMatchObject({ added: 0, known: 3, failed: 1 })
    expect(await readFile(join(folder, 'books', 'bad.epub'), 'utf8')).toBe('not an archive')

    const { body } = await house.api<{ items: { title: string }[] }>('GET', '/books')
    expect(body.items.map(({ title }) => title).sort()).toEqual(['One', 'Two'])
    expect((await holdfast(['import', join(folder, 'nowhere')])).code).toBe(1)
  })

  test('a person, a token and a device are added, each ready for the server', async () => {
    const added = await holdfast(
      ['user', 'add', 'Zoë', '--password-stdin'],
      'a long enough password\n',
    )
    expect([added.code, added.out]).toEqual([0, 'Zoë is now a person of this household.'])
    const again = await holdfast(['user', 'add', 'zoe', '--password-stdin'], 'another password')
    expect([again.code, again.err]).toEqual([1, 'There is already somebody called “zoe”.'])
    const short = await holdfast(['user', 'add', 'Max', '--password-stdin'], 'short\n')
    expect(short.code).toBe(1)

    const { out: token } = await holdfast(['token', 'add', 'zoe', 'laptop'])
    expect(token).toMatch(/^hf_[A-Za-z0-9_-]{43}$/)
    expect((await house.api('GET', '/shelves', undefined, { token })).status).toBe(200)

    const { out: syncUrl } = await holdfast(['device', 'add', 'zoe', 'Libra'])
    expect((await fetch(`${syncUrl}/v1/initialization`)).status).toBe(200)
    const devices = await house.api<{ items: { name: string }[] }>('GET', '/devices', undefined, {
      token,
    })
    expect(devices.body.items.map(({ name }) => name)).toEqual(['Libra'])
    expect((await holdfast(['token', 'add', 'nobody', 'x'])).code).toBe(1)
  })

  test('people are listed, invited, given another password and removed', async () => {
    await holdfast(['user', 'add', 'Zoë', '--password-stdin'], 'a long enough password\n')
    const listed = await holdfast(['user', 'list'])
    expect(listed.out).toMatch(/^[\da-f-]{36} {2}\S+(?:, owner)?\n[\da-f-]{36} {2}\S+(?:, owner)?$/)
    const { out: url } = await holdfast(['user', 'invite', 'Ben'])
    const invited = openBrowser(house.url)
    expect((await invited.go(url)).status).toBe(200)
    await invited.press('Make my account', { name: 'Ben', password: 'a lantern in the hall' })
    expect(invited.shown.url).toBe(`${house.url}/books`)

    const change = ['user', 'password', 'ben', '--password-stdin']
    expect((await holdfast(change, 'short')).code).toBe(1)
    expect((await holdfast(change, 'a boat on the canal\n')).code).toBe(0)
    expect((await invited.go('/errata')).url).toContain('/sign-in')
    await invited.signIn('Ben', 'a boat on the canal')
    expect(invited.shown.url).toBe(`${house.url}/errata`)

    const foretold = await holdfast(['user', 'remove', 'ben', '--preview'])
    expect(foretold.out).toContain('There are no shelves of Ben.')
    expect((await invited.go('/errata')).url).toBe(`${house.url}/errata`)
    const removed = await holdfast(['user', 'remove', 'ben', '--json'])
    expect(JSON.parse(removed.out)).toMatchObject({ name: 'Ben', shelves: 0, devices: [] })
    expect((await invited.go('/errata')).url).toContain('/sign-in')
    expect((await holdfast(['user', 'list'])).out).not.toContain('Ben')
    const last = await holdfast(['user', 'remove', 'anna'])
    expect([last.code, last.err]).toEqual([1, expect.stringContaining('the only owner')])
  })

  test('tokens are made for a purpose and a time, listed and revoked', async () => {
    const made = await holdfast([
      'token',
      'add',
      'anna',
      'reader',
      '--scopes',
      'read',
      '--days',
      '7',
      '--json',
    ])
    const { id, token } = JSON.parse(made.out) as { id: string; token: string }
    expect((await house.api('GET', '/shelves', undefined, { token })).status).toBe(200)
    const wish = { name: 'x' }
    expect((await house.api('POST', '/shelves', wish, { token })).status).toBe(403)
    const { out } = await holdfast(['token', 'list'])
    expect(out).toContain(`${id}  reader (Anna): read; last used`)
    expect(out).not.toContain(token)
    expect((await holdfast(['token', 'revoke', id])).code).toBe(0)
    expect((await house.api('GET', '/shelves', undefined, { token })).status).toBe(401)
    expect((await holdfast(['token', 'revoke', id])).code).toBe(1)
    for (const wrong of [
      ['--scopes', 'all'],
      ['--days', 'x'],
    ])
      expect((await holdfast(['token', 'add', 'anna', 'x', ...wrong])).code).toBe(2)
  })

  test('no password and no token is kept as it is', async () => {
    await holdfast(['user', 'add', 'Zoë', '--password-stdin'], 'a long enough password\n')
    await holdfast(['token', 'add', 'zoe', 'laptop'])
    const { db } = house.server.home
    const people = await db.read.selectFrom('password').select('hash').execute()
    expect(people).toHaveLength(2)
    for (const { hash } of people) expect(hash).toMatch(/^\$argon2id\$/)
    const tokens = await db.read.selectFrom('api_token').select('hash').execute()
    expect(tokens).toHaveLength(2)
    for (const { hash } of tokens) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('errata are listed and acted upon', async () => {
    expect((await holdfast(['errata'])).out).toBe('No errata.')
    await house.api('POST', '/books', Buffer.from('not a book'))
    const { items } = JSON.parse((await holdfast(['errata', '--json'])).out)
    expect(items).toMatchObject([{ kind: 'import-failed', actions: ['retry'] }])
    const { out } = await holdfast(['errata'])
    expect(out).toContain(`holdfast errata act ${items[0].id} retry`)
    const act = await holdfast(['errata', 'act', items[0].id, 'retry'])
    expect([act.code, act.err]).not.toEqual([0, ''])
    expect((await holdfast(['errata', 'act', items[0].id, 'explode'])).code).toBe(1)
  })
})
