import { parseArgs } from 'node:util'
import { wishOf, type Healing } from '../sync/heal.ts'
import { deviceNamed } from './device-named.ts'
import { doneFor, previewFor, tellPreview } from './device-next.ts'
import { WrongUse, type Io } from './io.ts'
import { outlastNotes } from './outlast-notes.ts'
import { withHome } from './with-home.ts'

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
  refuseWrongBooks(healing, books)
  const wish = wishOf(healing, books)
  return withHome(io, async (home) => {
    const device = await deviceNamed(home.db.read, name)
    if (!values.preview) await outlastNotes()
    const preview = values.preview
      ? await previewFor(home, device, wish)
      : await doneFor(home, device, wish)
    await tellPreview(home, preview, { io, json: values.json })
    return 0
  })
}

function refuseWrongBooks(healing: Healing, books: readonly string[]): void {
  if (healing === 'reset-sync' && books.length > 0)
    throw new WrongUse('This command is about the whole Kobo.')
  if (healing !== 'reset-sync' && books.length === 0)
    throw new WrongUse('This command needs the ids of books.')
}
