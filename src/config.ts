import { isIP } from 'node:net'
import { resolve, join } from 'node:path'
import { z } from 'zod'
import { Problem } from './problem.ts'
import { readProvider, type ProviderConfig } from './provider-config.ts'

/** Where everything lives and how the server is reached. Paths are absolute. */
export type Config = {
  dataDir: string
  database: string
  inbox: string
  library: string
  artifacts: string
  covers: string
  /** Drops on their way in: complete copies by hash, and unfinished ones. */
  staging: string
  /** Drops that could not be imported, each with its reason beside it. */
  quarantine: string
  /** Files of deleted books. */
  trash: string
  /** Copies of devices' databases while they are read. No backup may hold it. */
  audits: string
  host: string
  port: number
  /** Base of every URL that a Kobo is given, without a trailing slash; null when it was not configured. */
  publicUrl: string | null
  trustedProxies: string[]
  /** By whom people may sign in beside their own passwords. */
  provider: ProviderConfig | null
  logLevel: (typeof LEVELS)[number]
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Reads the environment, the only place that does. Throws `Problem('invalid')` with one sentence naming the wrong value. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const dataDir = resolve(env['HOLDFAST_DATA_DIR'] || './data')
  return {
    dataDir,
    database: join(dataDir, 'holdfast.db'),
    inbox: env['HOLDFAST_INBOX'] ? resolve(env['HOLDFAST_INBOX']) : join(dataDir, 'inbox'),
    library: join(dataDir, 'library'),
    artifacts: join(dataDir, 'artifacts'),
    covers: join(dataDir, 'covers'),
    staging: join(dataDir, 'staging'),
    quarantine: join(dataDir, 'quarantine'),
    trash: join(dataDir, 'trash'),
    audits: join(dataDir, 'audits'),
    host: env['HOLDFAST_HOST'] || '0.0.0.0',
    port: readPort(env['HOLDFAST_PORT']),
    publicUrl: readPublicUrl(env['HOLDFAST_PUBLIC_URL']),
    trustedProxies: readProxies(env['HOLDFAST_TRUSTED_PROXIES']),
    provider: readProvider(env),
    logLevel: readLevel(env['HOLDFAST_LOG_LEVEL']),
  }
}

function readPort(text: string | undefined): number {
  if (!text) return 8190
  const port = z.coerce.number().int().min(0).max(65_535).safeParse(text)
  if (!port.success)
    throw new Problem('invalid', `HOLDFAST_PORT must be a port number, not “${text}”.`)
  return port.data
}

function readPublicUrl(text: string | undefined): string | null {
  if (!text) return null
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Problem(
      'invalid',
      `HOLDFAST_PUBLIC_URL must be an address such as https://books.example.org, not “${text}”.`,
    )
  const url = new URL(text)
  if (url.search || url.hash || url.username || url.password)
    throw new Problem('invalid', 'HOLDFAST_PUBLIC_URL must hold no user name, query or fragment.')
  return url.href.replace(/\/+$/, '')
}

function readProxies(text: string | undefined): string[] {
  const proxies = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const size = isIP(address) === 4 ? 32 : 128
    if (!isIP(address) || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= size)))
      throw new Problem(
        'invalid',
        `HOLDFAST_TRUSTED_PROXIES must list IP addresses or networks; “${proxy}” is neither.`,
      )
  }
  return proxies
}

function readLevel(text: string | undefined): Config['logLevel'] {
  if (!text) return 'info'
  const level = z.enum(LEVELS).safeParse(text)
  if (!level.success)
    throw new Problem(
      'invalid',
      `HOLDFAST_LOG_LEVEL must be one of ${LEVELS.join(', ')}, not “${text}”.`,
    )
  return level.data
}
