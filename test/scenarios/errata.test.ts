import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

type ErratumTold = {
  id: string
  kind: string
  cause: string
  consequence: string
  actions: string[]
}

describe('errata over the API', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  const errata = async (as: { token?: string } = {}) =>
    (await house.api<{ items: ErratumTold[] }>('GET', '/errata', undefined, as)).body.items

  test('a failed import is tried again once its file was mended', async () => {
    await house.api('POST', '/books', Buffer.from('not a book'))
    const [erratum] = await errata()
    expect(erratum).toMatchObject({ kind: 'import-failed', actions: ['retry'] })
    const act = `/errata/${erratum?.id}/actions/retry`

    expect((await house.api('POST', act)).status).toBe(400)
    expect(await errata()).toHaveLength(1)

    const [folder = ''] = await readdir(house.server.home.config.quarantine)
    const lies = join(house.server.home.config.quarantine, folder)
    const name = (await readdir(lies)).find((each) => !each.endsWith('.reason.txt')) ?? ''
    await writeFile(join(lies, name), await makeEpub({ title: 'Mended' }))
    expect((await house.api('POST', act)).status).toBe(204)
    expect(await errata()).toEqual([])
    const found = await house.api<{ items: { title: string }[] }>('GET', '/books?q=mended')
    expect(found.body.items.map(({ title }) => title)).toEqual(['Mended'])
    expect((await house.api('POST', act)).status).toBe(409)
  })

  test('an erratum is dismissed with a reason, and only by whoever may see it', async () => {
    const ben = await house.person('Ben')
    await house.api('POST', '/books', Buffer.from('neither is this'), ben)
    const [bens] = await errata(ben)
    expect(await errata()).toEqual([])
    const dismiss = `/errata/${bens?.id}/dismiss`
    expect((await house.api('POST', dismiss, { reason: 'Not mine' })).status).toBe(404)
    expect((await house.api('POST', dismiss, { reason: ' ' }, ben)).status).toBe(400)
    expect((await house.api('POST', dismiss, { reason: 'Spoilt file' }, ben)).status).toBe(204)
    expect(await errata(ben)).toEqual([])
  })

  test('an action that an erratum does not propose is not found', async () => {
    await house.api('POST', '/books', Buffer.from('nor this'))
    const [erratum] = await errata()
    expect((await house.api('POST', `/errata/${erratum?.id}/actions/explode`)).status).toBe(404)
    expect((await house.api('POST', '/errata/nothing/actions/retry')).status).toBe(404)
  })
})
