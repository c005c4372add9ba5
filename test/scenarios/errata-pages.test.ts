import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actionsOf, ERRATUM_KINDS } from '../../src/errata/erratum.ts'
import { answersTo } from '../../src/web/erratum/words.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let anna: Browser
beforeEach(async () => {
  scene = await openScene(['Emma'])
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

describe('the page of errata', () => {
  test('asks what only a person knows, and the answer is a button', async () => {
    const kobo = await scene.readingKobo({ name: 'Anna’s Libra' })
    kobo.factoryReset()
    for (let n = 0; n < 3; n += 1) await scene.sync(kobo)
    expect(kobo.titles()).toEqual([])
    await anna.go('/errata')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('“Anna’s Libra” came as if it were new')
    expect(anna.words).toContain('Was it reset?')
    await anna.press('Yes: send everything again')
    expect(anna.words).toBe('Errata No errata. Last checked just now.')
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['Emma'])
    expect(await scene.errata()).toEqual([])
  })

  test('tells cause and consequence as they are, whatever a file is called', async () => {
    const form = new FormData()
    form.append('file', new File(['no book'], '<script>alert(1)</script>"&amp;.epub'))
    await scene.house.api('POST', '/books', form)
    await anna.go('/errata')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('could not be imported.')
    await anna.press('Try to import it again')
    expect(anna.shown.status).toBe(400)
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(await scene.errata()).toHaveLength(1)
  })

  test('lets go of one that is dismissed with a reason, and of none without', async () => {
    await scene.house.api('POST', '/books', Buffer.from('no book'))
    await anna.go('/errata')
    await anna.press('Dismiss', { reason: '  ' })
    expect(anna.shown.status).toBe(400)
    expect(anna.words).toContain('Please say why it is dismissed.')
    await anna.go('/errata')
    await anna.press('Dismiss', { reason: 'It is no book at all' })
    expect(anna.words).toBe('Errata No errata. Last checked just now.')
    const row = await scene.house.server.home.db.read
      .selectFrom('erratum')
      .select('closed_because')
      .executeTakeFirst()
    expect(row?.closed_because).toBe('It is no book at all')
  })

  test('says so when somebody else was faster, and when an answer is none', async () => {
    await scene.house.api('POST', '/books', Buffer.from('no book'))
    await anna.go('/errata')
    const { action, fields } = anna.form('Dismiss')
    await anna.press('Dismiss', { reason: 'Mine' })
    const token = fields[0]?.[1] ?? ''
    const act = action.replace('./', '/').replace('dismiss', 'actions/retry')
    expect((await anna.post(act, { token })).status).toBe(409)
    expect(anna.words).toContain('This erratum is closed already.')
    expect((await anna.post(act.replace('retry', 'explode'), { token })).status).toBe(409)
    expect((await anna.post('/errata/nothing/actions/retry', { token })).status).toBe(404)
  })

  test('goes on over several pages, with each erratum on one of them', async () => {
    for (let n = 0; n < 53; n++)
      await scene.house.api('POST', '/books', Buffer.from(`no book ${n}`))
    const seen: string[] = []
    await anna.go('/errata')
    for (let pages = 1; ; pages++) {
      seen.push(...(anna.shown.html.match(/id="cause-[^"]+"/g) ?? []))
      if (!anna.shown.html.includes('Older errata')) {
        expect(pages).toBe(2)
        break
      }
      await anna.follow('Older errata')
    }
    expect(new Set(seen).size).toBe(53)
  })

  test('has words for every answer there is', () => {
    for (const kind of ERRATUM_KINDS)
      for (const action of actionsOf(kind))
        expect([kind, action, answersTo(kind).answers[action] ?? '']).toEqual([
          kind,
          action,
          expect.stringMatching(/^[A-Z].{8,60}$/),
        ])
  })
})
