import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PRODUCT, type Keeping, type Rules } from './rules.ts'

const SYNC = fileURLToPath(new URL('../../src/sync/', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url))
const PURE = [
  'log.ts',
  'holding.ts',
  'book-entry.ts',
  'stay.ts',
  'file-proof.ts',
  'journeys.ts',
  'amnesia.ts',
  'backup.ts',
  'fold.ts',
  'fold-operation.ts',
  'fold-proof.ts',
  'fold-wish.ts',
  'replay.ts',
  'plan.ts',
  'page.ts',
]

/** A change to the product's own source: in `file`, `from` (which must be there exactly once) becomes `to`. */
export type Edit = { file: (typeof PURE)[number]; from: string; to: string }

/** The product's rules with a piece of their source taken away, so that a test can show what the piece is for. */
export async function mutant(
  edits: readonly Edit[],
  keeping: Partial<Keeping> = {},
): Promise<Rules> {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'mutant-'))
  for (const name of PURE) copyFileSync(join(SYNC, name), join(folder, name))
  for (const { file, from, to } of edits) {
    const source = readFileSync(join(folder, file), 'utf8')
    const places = source.match(spaced(from, 'g'))?.length ?? 0
    if (places !== 1) throw new Error(`${file} holds ${places} times, not once: ${from}`)
    writeFileSync(
      join(folder, file),
      source.replace(spaced(from), () => to),
    )
  }
  const load = (name: string): Promise<unknown> =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href)
  const modules = await Promise.all(
    ['plan.ts', 'page.ts', 'replay.ts', 'amnesia.ts', 'backup.ts'].map(load),
  )
  rmSync(folder, { recursive: true })
  return {
    ...PRODUCT,
    ...modules.reduce<Partial<Rules>>((all, each) => ({ ...all, ...(each as Partial<Rules>) }), {}),
    keeping: { ...PRODUCT.keeping, ...keeping },
  }
}

/** The text, however the formatter breaks its lines. */
function spaced(text: string, flags = ''): RegExp {
  const words = text.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(words.join('\\s+'), flags)
}
