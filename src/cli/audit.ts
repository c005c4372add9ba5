import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audit, readCopy } from '../audit/audit.ts'
import type { Certificate } from '../audit/certificate.ts'
import { lookAtDrive } from '../audit/drive.ts'
import { healAudit } from '../audit/heal.ts'
import { DATABASE } from '../audit/kobo-names.ts'
import { copyDatabase, withPrivateFolder } from '../audit/private-copy.ts'
import { CLASS_WORDS } from '../audit/class-words.ts'
import { toldOf, type ToldAudit, type ToldBook } from '../audit/told.ts'
import type { Device } from '../devices/device.ts'
import type { Home } from '../home.ts'
import type { Wish } from '../sync/rehearse.ts'
import { deviceNamed } from './device-named.ts'
import { doneFor, tellPreview } from './device-next.ts'
import { WrongUse, type Io } from './io.ts'
import { outlastNotes } from './outlast-notes.ts'
import { withHome } from './with-home.ts'

/** `audit DEVICE PATH`: what a Kobo's own database says, and with --heal has the next sync put it right. */
export async function auditPath(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      heal: { type: 'boolean', default: false },
      'even-unsaved': { type: 'boolean', default: false },
    },
  })
  const [name, path, ...more] = positionals
  if (name === undefined || path === undefined || more.length > 0)
    throw new WrongUse('This command needs a device, and a database or the drive of a Kobo.')
  const evenUnsaved = values['even-unsaved']
  if (evenUnsaved && !values.heal) throw new WrongUse('--even-unsaved only says how --heal heals.')
  return withHome(io, async (home) => {
    const device = await deviceNamed(home.db.read, name)
    await outlastNotes()
    const certificate = await auditDrive(home, device, path)
    const told = await toldOf(home.db.read, certificate)
    if (!values.json) tell(told, io)
    if (!values.heal) {
      if (values.json) io.out(JSON.stringify(told))
      return 0
    }
    const wish: Wish = (tx, at, on) => healAudit(tx, at, on, certificate, { evenUnsaved })
    const nextSync = await doneFor(home, device, wish)
    if (values.json) io.out(JSON.stringify({ ...told, nextSync }))
    else await tellPreview(home, nextSync, { io, json: false })
    return 0
  })
}

async function auditDrive(home: Home, device: Device, path: string): Promise<Certificate> {
  const { database, takenAt, listing, firmware } = await lookAtDrive(path)
  const reading = await withPrivateFolder(home, async (folder) => {
    await copyDatabase(database, folder)
    return readCopy(home, join(folder, DATABASE))
  })
  return audit(home, device, { reading, listing, takenAt: Math.floor(takenAt), firmware })
}

function tell(told: ToldAudit, io: Io): void {
  const { classes, foreignBooks, summary } = told
  io.out(`${summary}.`)
  for (const [name, words] of CLASS_WORDS)
    for (const book of classes[name]) io.out(`“${book.title}”: ${words}${aside(book)}.`)
  if (foreignBooks > 0) io.out(`Books of others, which are left alone: ${foreignBooks}.`)
}

function aside({ unsaved }: ToldBook): string {
  return unsaved ? ', with highlights that are not stored here' : ''
}
