import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page, Request } from 'playwright-core'
import { expect } from 'vitest'
import type { AuditTold } from './audit-of.ts'
import type { Chromium, Person } from './chromium.ts'
import { closeKobos, type HouseKobo } from './kobo-at.ts'
import { openScene, type Scene } from './scene.ts'

/** Anna's Kobo, with three books on it, and what she does with it on the page of its audits. */
export type AuditPage = {
  scene: Scene
  kobo: HouseKobo
  /** An empty folder for what she chooses. */
  folder: string
  /** Who leaves when it is closed. */
  people: Person[]
  /** Anna, in front of the page of audits of her Kobo. */
  anna: (how?: { scripts?: boolean }) => Promise<Page>
  /** Has what was chosen audited, and gives what was found and what was sent for it. */
  press: (page: Page) => Promise<{ told: AuditTold; sent: Request }>
  /** What the upload of the same file comes to. */
  uploadOf: (database: Uint8Array) => Promise<AuditTold>
  /** Writes a database as a file that can be chosen. */
  written: (bytes: Uint8Array, name?: string) => string
  /** A copy of the drive, as it lies there while the Kobo is plugged in. */
  drive: () => string
  close: () => Promise<void>
}

/** Opens such a house. The caller closes it, and Chromium. */
export async function openAuditPage(chromium: Chromium): Promise<AuditPage> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'))
  const people: Person[] = []
  const scene = await openScene(['Emma', 'Persuasion', 'Villette'])
  const kobo = await scene.kobo({ name: 'Libra' })
  await scene.sync(kobo)
  await kobo.downloadAll()
  await scene.later(60 * 60_000)

  async function anna(how: { scripts?: boolean } = {}): Promise<Page> {
    const person = await chromium.signIn(scene.house.url, 'Anna', how)
    people.push(person)
    await person.page.goto(`${scene.house.url}/devices/${kobo.device}/audits`)
    return person.page
  }

  async function press(page: Page): Promise<{ told: AuditTold; sent: Request }> {
    const sending = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    const sent = await sending
    await page.waitForURL(/\/audits\/[\w-]+$/)
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const path = `/devices/${kobo.device}/audits/${id}`
    const { status, body } = await scene.house.api<AuditTold>('GET', path)
    expect(status).toBe(200)
    return { told: body, sent }
  }

  async function uploadOf(database: Uint8Array): Promise<AuditTold> {
    const form = new FormData()
    form.set('database', new Blob([new Uint8Array(database)]))
    form.set('takenAt', String(scene.house.now()))
    const path = `/devices/${kobo.device}/audits`
    return (await scene.house.api<AuditTold>('POST', path, form)).body
  }

  function written(bytes: Uint8Array, name = 'KoboReader.sqlite'): string {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  function drive(): string {
    const copy = join(folder, 'KOBOeReader')
    cpSync(kobo.drive, copy, { recursive: true })
    return copy
  }

  async function close(): Promise<void> {
    closeKobos()
    await scene.close()
    rmSync(folder, { recursive: true, force: true })
    for (const person of people) await person.leave()
  }

  return { scene, kobo, folder, people, anna, press, uploadOf, written, drive, close }
}

/** What two audits of the same must agree in. */
export function found(told: AuditTold): AuditTold {
  return { ...told, id: 'any' }
}

/** The titles of an audit in one of its classes. */
export function titles(told: AuditTold, which: string): string[] {
  return (told.classes[which] ?? []).map(({ title }) => title)
}
