import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** A file that pages need, with a name for its content: other content has another version. */
export type PageFile = { body: Buffer<ArrayBuffer>; type: string; version: string }

const SHEETS = join(packageRoot(), 'src', 'web', 'public')
/** Where `bin/setup` puts them. */
const FONTS = join(packageRoot(), 'dist', 'fonts')

const CSS = 'text/css; charset=utf-8'
const WOFF2 = 'font/woff2'

/** What a file is put together from. */
type Parts = { type: string; of: readonly string[] }

/** The files that are given out, by name: nothing else is. */
const PUBLIC: ReadonlyMap<string, Parts> = new Map([
  sheet(
    'style',
    'tokens',
    'fonts',
    'type',
    'layout',
    'controls',
    'tables',
    'library',
    'book',
    'crop',
    'shelf',
    'household',
    'door',
    'device',
    'chart',
    'ribbon',
  ),
  sheet('eink', 'eink', 'eink-pages'),
  ...['roman', 'roman-rest', 'roman-ext', 'roman-far', 'italic', 'italic-ext', 'small-caps'].map(
    font,
  ),
])

function sheet(name: string, ...of: string[]): [string, Parts] {
  return [`${name}.css`, { type: CSS, of: of.map((part) => join(SHEETS, `${part}.css`)) }]
}

function font(name: string): [string, Parts] {
  return [`${name}.woff2`, { type: WOFF2, of: [join(FONTS, `${name}.woff2`)] }]
}

/** The file of this name; undefined when there is none. What changed on the disk is read anew, so that a sheet can be worked on. */
export function pageFile(name: string): PageFile | undefined {
  const about = PUBLIC.get(name)
  if (!about) return undefined
  const stamp = about.of.map((path) => statSync(path).mtimeMs).join(' ')
  const known = read.get(name)
  if (known?.stamp === stamp) return known.file
  const whole = Buffer.concat(about.of.map((path) => readFileSync(path)))
  const body = about.type === CSS ? Buffer.from(withVersions(whole.toString('utf8'))) : whole
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12)
  const file = { body, type: about.type, version }
  read.set(name, { stamp, file })
  return file
}

const read = new Map<string, { stamp: string; file: PageFile }>()

/** A sheet whose fonts are named with their versions, so that browsers need not ask for them again. */
function withVersions(sheet: string): string {
  return sheet.replaceAll(/url\('([\w-]+\.woff2)'\)/g, (_, name: string) => {
    return `url('${name}?v=${pageFile(name)?.version ?? ''}')`
  })
}
