import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** A file that runs in browsers. */
export type Script = { type: string; body: Buffer<ArrayBuffer> }

const TYPES = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.wasm', 'application/wasm'],
])

/** Where `bin/setup` puts what runs in browsers. */
const FOLDER = join(packageRoot(), 'dist', 'browser')

/** The script at a path such as `web/browser/audit-page.js`; undefined for what is none. */
export async function scriptAt(path: string): Promise<Script | undefined> {
  const type = TYPES.get(extname(path))
  // What is asked for is only compared with names that are there, and never a path to look at.
  const name = (await namesIn()).find((each) => each.split(sep).join('/') === path)
  if (type === undefined || name === undefined) return undefined
  return { type, body: await readFile(join(FOLDER, name)) }
}

async function namesIn(): Promise<string[]> {
  return readdir(FOLDER, { recursive: true })
}
