import { parseArgs } from 'node:util'
import { bytesInWords } from '../bytes-in-words.ts'
import { booksByIds } from '../catalogue/catalogue.store.ts'
import type { Device } from '../devices/device.ts'
import { encoder } from '../encoder.ts'
import type { Home } from '../home.ts'
import { lanAddresses, publicUrl } from '../public-url.ts'
import { doAndForetell } from '../sync/foretell.ts'
import { previewOf, type Preview } from '../sync/preview.ts'
import { rehearseSync, type Wish } from '../sync/rehearse.ts'
import { tellCost, tellOperation } from '../sync/tell-preview.ts'
import { deviceNamed } from './device-named.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `device next DEVICE`: what the next sync of a Kobo will do. */
export async function deviceNext(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new WrongUse('This command needs one device: its id or its name.')
  return withHome(io, async (home) => {
    const preview = await previewFor(home, await deviceNamed(home.db.read, name))
    await tellPreview(home, preview, { io, json: values.json })
    return 0
  })
}

/** What the next sync will do, as it is or after a wish. */
export async function previewFor(home: Home, device: Device, wish?: Wish): Promise<Preview> {
  const due = await rehearseSync(home, device, encoderFor(home, device), wish)
  return previewOf(home.db.read, device, due)
}

/** Does what is wanted, and tells what the next sync will do. */
export async function doneFor(home: Home, device: Device, wish: Wish): Promise<Preview> {
  const due = await doAndForetell(home, device, encoderFor(home, device), wish)
  return previewOf(home.db.read, device, due)
}

function encoderFor(home: Home, device: Device) {
  return encoder(home, device, publicUrl(home.config, undefined, lanAddresses()[0]))
}

/** Prints a preview: a line for each book, and what it costs. */
export async function tellPreview(
  home: Home,
  preview: Preview,
  { io, json }: { io: Io; json: boolean },
): Promise<void> {
  if (json) return io.out(JSON.stringify(preview))
  const { operations, bytes } = preview
  if (operations.length === 0) return io.out('The next sync has nothing to do.')
  const ids = operations.map(({ bookId }) => bookId)
  const books = await booksByIds(home.db.read, [...new Set(ids)])
  for (const operation of operations)
    io.out(tellOperation(operation, (book) => books.get(book)?.title))
  if (bytes > 0) io.out(`${bytesInWords(bytes)} arrive.`)
  for (const sentence of tellCost(preview)) io.out(sentence)
}
