import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringFrom } from '../support/audit-of.ts'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { dropFiles } from '../support/drop-files.ts'
import type { HouseKobo } from '../support/kobo-at.ts'
import type { Scene } from '../support/scene.ts'
import { openAuditPage, titles, type AuditPage } from '../support/audit-page.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let scene: Scene
let kobo: HouseKobo
let folder: AuditPage['folder']
let anna: AuditPage['anna']
let press: AuditPage['press']
let drive: AuditPage['drive']
let close: AuditPage['close']
beforeEach(async () => {
  ;({ scene, kobo, folder, anna, press, drive, close } = await openAuditPage(chromium))
})
afterEach(() => close())

describe('the drive of a Kobo', () => {
  test('is looked at in a browser that asks for folders', async () => {
    const page = await anna()
    // A folder that only this origin knows, in the place of the one that a person would choose.
    await page.evaluate(`(async () => {
      const root = await navigator.storage.getDirectory()
      const kobo = await root.getDirectoryHandle('.kobo', { create: true })
      const kepub = await kobo.getDirectoryHandle('kepub', { create: true })
      window.write = async (folder, name, base64) => {
        const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
        const file = await (await (folder === 'kepub' ? kepub : kobo).getFileHandle(name, { create: true })).createWritable()
        await file.write(bytes)
        await file.close()
      }
      window.showDirectoryPicker = async () => root
    })()`)
    const put = (where: string, name: string, bytes: Uint8Array) =>
      page.evaluate(`write('${where}', '${name}', '${Buffer.from(bytes).toString('base64')}')`)
    await put('kobo', 'KoboReader.sqlite', bringFrom(kobo).database)
    for (const title of ['Emma', 'Villette'])
      await put('kepub', scene.id(title), Buffer.from('short'))
    await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
    await page.getByText('Found the database and the names of 2 files. Press Audit.').waitFor()
    expect(titles((await press(page)).told, 'fileMissing')).toEqual([
      'Emma',
      'Persuasion',
      'Villette',
    ])
  })

  test('may be dropped on the page', async () => {
    const copy = drive()
    rmSync(join(copy, '.kobo', 'kepub', scene.id('Emma')))
    const page = await anna()
    await dropFiles(page, [copy])
    await page.getByText('Found the database and the names of 2 files. Press Audit.').waitFor()
    const { told } = await press(page)
    expect(titles(told, 'fileMissing')).toEqual(['Emma'])
    expect(titles(told, 'ok')).toEqual(['Persuasion', 'Villette'])
  })

  test('may be shown by its files alone, with what lies beside the database', async () => {
    const copy = join(drive(), '.kobo')
    const page = await anna()
    await dropFiles(page, [join(copy, 'KoboReader.sqlite'), join(copy, 'KoboReader.sqlite-wal')])
    await page.getByText('Found the database. Press Audit.').waitFor()
    expect(titles((await press(page)).told, 'ok')).toEqual(['Emma', 'Persuasion', 'Villette'])
  })

  test('of something else is told to be none', async () => {
    mkdirSync(join(folder, 'Camera', 'DCIM'), { recursive: true })
    writeFileSync(join(folder, 'Camera', 'DCIM', '1.jpg'), 'a picture')
    const page = await anna()
    await page.setInputFiles('#folder', join(folder, 'Camera'))
    await page.getByText('There is no database of a Kobo in what you chose').waitFor()
  })
})
