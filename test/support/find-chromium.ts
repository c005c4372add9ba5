import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { packageRoot } from '../../src/package-root.ts'

/** A Chromium of this machine: its program, and what it needs in its environment. */
export type Found = { program: string; env: Record<string, string> }

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(
  (name) => `/usr/bin/${name}`,
)

/** The package with a Chromium for machines that have none, and with the libraries that those may lack. */
const PACKAGE = '@sparticuz/chromium'

/** Where `tools/chromium/fetch` installs it: who only runs the server never needs it. */
const TOOL = join(packageRoot(), 'tools', 'chromium')

const CACHE = join(packageRoot(), '.cache')

/**
 * The Chromium that is installed, else the one of a package, which is unpacked into `.cache/` once. Throws one sentence when that was not
 * fetched.
 */
export async function findChromium(): Promise<Found> {
  const program = INSTALLED.find((path) => existsSync(path))
  return program === undefined ? unpacked() : { program, env: {} }
}

async function unpacked(): Promise<Found> {
  const folder = join(CACHE, `chromium-${await versionOf()}`)
  if (!existsSync(folder)) await unpackInto(folder)
  return {
    program: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  }
}

/** Under another name first: several test files may begin at once, and none may take a half for the whole. */
async function unpackInto(folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const unfinished = await mkdtemp(join(CACHE, 'unpacking-'))
  try {
    // The package unpacks its libraries only where it believes to be in the place that they are made for.
    const env = { ...process.env, TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }
    const script = `await (await import('${PACKAGE}')).default.executablePath()`
    const run = promisify(execFile)
    await run(process.execPath, ['--input-type=module', '--eval', script], { env, cwd: TOOL })
    const fonts = join(unfinished, 'fonts', 'fonts.conf')
    const said = await readFile(fonts, 'utf8')
    await writeFile(fonts, said.replaceAll('/tmp/fonts', join(folder, 'fonts')))
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another one was faster.
    if (!existsSync(folder)) throw error
  }
}

async function versionOf(): Promise<string> {
  const about = join(TOOL, 'node_modules', PACKAGE, 'package.json')
  if (!existsSync(about))
    throw new Error('There is no Chromium here: run tools/chromium/fetch, or install one.')
  const text = await readFile(about, 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
