import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A real nginx in front of a house, as somebody at home sets it up. */
export type Nginx = {
  /** Where it listens, without a trailing slash. */
  url: string
  /** What it wrote to its error log. */
  errors(): Promise<string>
  close(): Promise<void>
}

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../.cache/nginx', import.meta.url))

/**
 * Starts nginx on loopback in front of `upstream`: plain HTTP, all sizes as they are by default, `/shelf/` shown to the server without
 * its prefix, and the reading services' addresses at the root. Throws when this machine has no nginx and none can be fetched.
 */
export async function startNginx(options: { port: number; upstream: string }): Promise<Nginx> {
  const program = await findNginx()
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nginx-'))
  const errors = join(folder, 'error.log')
  await mkdir(join(folder, 'logs'))
  await writeFile(errors, '')
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, options))
  const child = spawn(program, ['-p', folder, '-e', errors, '-c', join(folder, 'nginx.conf')], {
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${options.port}`
  try {
    await untilOpen(url, child)
  } catch (error) {
    child.kill()
    throw new Error(`nginx does not start: ${await readFile(errors, 'utf8')}`, { cause: error })
  }
  return {
    url,
    errors: () => readFile(errors, 'utf8'),
    async close() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, { port, upstream }: { port: number; upstream: string }) {
  return `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_buffer_size 4k;
  client_max_body_size 10m;
  server {
    listen 127.0.0.1:${port};
    location = /nginx-is-open { return 204; }
    location /shelf/ {
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Prefix /shelf;
      proxy_pass ${upstream}/;
    }
    location /api/v3/ { proxy_pass ${upstream}; }
    location /api/UserStorage/ { proxy_pass ${upstream}; }
    location /api/internal/ { proxy_pass ${upstream}; }
  }
}
`
}

/** The machine's nginx, or Debian's, fetched once into an ignored folder. */
async function findNginx(): Promise<string> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const place of places) {
    const program = join(place, 'nginx')
    if (place !== '' && (await isProgram(program))) return program
  }
  const own = join(CACHE, 'usr', 'sbin', 'nginx')
  if (!(await isProgram(own))) await fetchNginx()
  try {
    await run(own, ['-v'])
  } catch (error) {
    throw new Error(
      'The nginx of Debian does not run here; please install nginx to run this test.',
      {
        cause: error,
      },
    )
  }
  return own
}

async function fetchNginx(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nginx-deb-'))
  try {
    await download(folder)
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.deb'))
    if (archive === undefined) throw new Error('apt-get gave no package.')
    await mkdir(join(CACHE, '..'), { recursive: true })
    const unpacked = await mkdtemp(`${CACHE}-`)
    await run('dpkg', ['-x', join(folder, archive), unpacked])
    // Whole or not at all: another test may have been quicker.
    await rename(unpacked, CACHE).catch(() => rm(unpacked, { recursive: true, force: true }))
  } catch (error) {
    throw new Error(
      'This test needs nginx: there is none on this machine, and apt-get could not fetch it. Please install nginx.',
      { cause: error },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function download(folder: string): Promise<void> {
  const get = () => run('apt-get', ['download', 'nginx'], { cwd: folder })
  try {
    await get()
  } catch {
    // The lists of packages may be missing on a fresh machine, or old.
    await run('apt-get', ['update'])
    await get()
  }
}

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function untilOpen(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 10_000
  for (;;) {
    const open = await fetch(`${url}/nginx-is-open`).then(
      (answer) => answer.status === 204,
      () => false,
    )
    if (open) return
    if (child.exitCode !== null || Date.now() > until) throw new Error('It does not answer.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
