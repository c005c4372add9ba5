import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readKoboFile } from '../../src/audit/kobo-file.ts'
import type { Listing, Reading } from '../../src/audit/reading.ts'
import type { Healed } from '../../src/audit/standing.ts'
import type { AuditTold, PreviewTold } from '../support/audit-of.ts'
import { checkHealing, checkStatuses, checkTruth } from './checks-of-audit.ts'
import { call } from './calls.ts'
import { pageOf } from './page-of.ts'
import type { Audit } from './step.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/** What a Kobo's database and the folder of its files said at a time (epoch ms). */
export type Copy = { reading: Reading; kepub: Listing; takenAt: number }

/** Copies what an audit needs off a Kobo, and reads it as a browser would. */
export function copyOf({ stage: { house, books } }: World, { kobo }: Witnessed): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-copy-'))
  try {
    const path = join(folder, 'KoboReader.sqlite')
    writeFileSync(path, kobo.database())
    const reading = readKoboFile(path, new Set(books))
    const kepub = [...kobo.state().files].map(([name, size]) => ({ name, size }))
    return { reading, kepub, takenAt: house.now() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const WHOLE: Audit = { copy: 'now', listing: true, day: 'right' }

/** Audits a Kobo. Undefined where there is no copy to be audited. */
export async function audit(
  world: World,
  witness: Witnessed,
  { copy, listing, day }: Audit = WHOLE,
): Promise<AuditTold | undefined> {
  const { house } = world.stage
  const brought = copy === 'now' ? copyOf(world, witness) : witness.copy
  if (!brought) return undefined
  const { reading, kepub, takenAt } = brought
  // Of a copy that names no page, a wrong day is believed: then nobody but its bringer can know.
  const isDated = (await isOurs(world, reading.token)) || day !== 'too young'
  const said = day === 'unknown' ? undefined : isDated && day !== 'right' ? house.now() : takenAt
  const { status, body } = await call<AuditTold>(
    world,
    'POST',
    `/devices/${witness.device}/audits`,
    {
      ...reading,
      ...(listing && { kepub }),
      ...(said !== undefined && { takenAt: said }),
    },
  )
  if (status !== 201) throw new Error(`An audit was answered ${status}: ${JSON.stringify(body)}`)
  if (copy === 'now' && said !== undefined) {
    await checkTruth(world, witness, body, listing)
    await checkStatuses(world, witness, body)
  }
  return body
}

/** Whether the server knows the page that a token names. */
async function isOurs({ stage: { house } }: World, token: string | null): Promise<boolean> {
  const page = pageOf(token)
  if (page === undefined) return false
  const row = await house.server.home.db.read
    .selectFrom('page')
    .select('id')
    .where('id', '=', page)
    .executeTakeFirst()
  return row !== undefined
}

/** Heals what the newest audit of a Kobo found, in these classes or all. What it does is foretold. */
export async function heal(
  world: World,
  witness: Witnessed,
  { classes, evenUnsaved }: { classes: Healed[] | null; evenUnsaved: boolean },
): Promise<void> {
  const { tally } = world.stage
  const { device } = witness
  const audits = await call<{ items: { id: string; copiedAt: number | null }[] }>(
    world,
    'GET',
    `/devices/${device}/audits?limit=1`,
  )
  const [newest] = audits.body.items
  if (!newest) return
  const path = `/devices/${device}/audits/${newest.id}/heal`
  const wish = { evenUnsaved, ...(classes && { classes }) }
  const before = await nextSync(world, witness)
  const foretold = await call<PreviewTold>(world, 'POST', `${path}?preview=1`, wish)
  const unchanged = await nextSync(world, witness)
  const done = await call<PreviewTold>(world, 'POST', path, wish)
  tally.check('I23')
  if (unchanged !== before) fail(world, 'I23', `a preview changed ${before} to ${unchanged}`)
  if (foretold.status !== done.status)
    fail(world, 'I23', `a preview was answered ${foretold.status}, and heal ${done.status}`)
  if (done.status === 409 && newest.copiedAt === null) return
  if (done.status !== 200) throw new Error(`Heal was answered ${done.status}.`)
  const [told, did] = [wordsOf(foretold.body), wordsOf(done.body)]
  if (told !== did) fail(world, 'I23', `foretold ${told}; heal queued ${did}`)
  const after = await nextSync(world, witness)
  if (after !== did) fail(world, 'I23', `heal said ${did}; the next sync is ${after}`)
  checkHealing(world, witness, await toldOf(world, witness, newest.id), before, done.body)
}

async function toldOf(world: World, { device }: Witnessed, id: string): Promise<AuditTold> {
  return (await call<AuditTold>(world, 'GET', `/devices/${device}/audits/${id}`)).body
}

async function nextSync(world: World, { device }: Witnessed): Promise<string> {
  return wordsOf((await call<PreviewTold>(world, 'GET', `/devices/${device}/next-sync`)).body)
}

function wordsOf({ operations }: PreviewTold): string {
  return operations.map(({ verb, bookId }) => `${verb} ${bookId}`).join()
}
