import { parseArgs } from 'node:util'
import { Problem } from '../problem.ts'
import { bringBack, resend, resetSync, retract } from '../sync/heal.ts'
import type { Wish } from '../sync/rehearse.ts'
import { deviceNamed } from './device-named.ts'
import { doneFor, previewFor, tellPreview } from './device-next.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** What can be done so that a Kobo holds what it should again. */
export type Healing = 'resend' | 'retract' | 'reset-sync' | 'bring-back'

/** `device resend|retract|reset-sync|bring-back DEVICE [BOOK…]`: does it, or with --preview only tells what the next sync would do. */
export async function deviceHeal(healing: Healing, argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      preview: { type: 'boolean', default: false },
    },
  })
  const [name, ...books] = positionals
  if (name === undefined) throw new WrongUse('This command needs a device: its id or its name.')
  const wish = wishOf(healing, books)
  return withHome(io, async (home) => {
    const device = await deviceNamed(home.db.read, name)
    if (device.revokedAt !== null) throw new Problem('conflict', 'This Kobo was revoked.')
    const preview = values.preview
      ? await previewFor(home, device, wish)
      : await doneFor(home, device, wish)
    await tellPreview(home, preview, { io, json: values.json })
    return 0
  })
}

function wishOf(healing: Healing, books: readonly string[]): Wish {
  if (healing === 'reset-sync') {
    if (books.length > 0) throw new WrongUse('This command is about the whole Kobo.')
    return resetSync
  }
  if (books.length === 0) throw new WrongUse('This command needs the ids of books.')
  if (healing === 'resend') return (tx, home, device) => resend(tx, home, device, books, 'auto')
  if (healing === 'retract') return (tx, home, device) => retract(tx, home, device, books)
  return async (tx, home, device) => {
    for (const book of books) await bringBack(tx, home, device, book)
  }
}
