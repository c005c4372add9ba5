import { lineEndingOf, linesOfConf } from './lines.ts'
import type { ConfKey, ConfLine } from './lines.ts'
import { bytesOfConf, textOfConf } from './text.ts'
import { readConfValue, writeConfValue } from './value.ts'

// Kobo eReader.conf, which is edited in browsers as well: nothing here may import what they do not have.

/** The address of Kobo's own store. */
export const STORE_ADDRESS = 'https://storeapi.kobo.com'

/** What became of a Kobo's configuration. */
export interface ConfEdit {
  /** The file as it is to be. Nothing in it changed but what had to. */
  bytes: Uint8Array<ArrayBuffer>
  /** Whether these are other bytes than before. */
  changed: boolean
  /** The address that was there before, if there was one. */
  before: string | undefined
  /** The keys that were taken out, since they lead to the server that was there before. */
  removed: string[]
}

/** Why a file is not edited. */
export type ConfRefusal = 'too-large' | 'not-a-conf'

/** The largest file that is taken for a configuration, in bytes: a Kobo's has some 20 kB. */
export const CONF_LIMIT = 1024 * 1024

/**
 * Writes the address of a server into `Kobo eReader.conf`: the key `api_endpoint` of the section `OneStoreServices`, which
 * is made if it is missing. Going to another host also takes out what a Kobo kept of the map of the one before: the
 * addresses of covers, and all that name its host (docs/protocol/configuration.md). `address` has no slash at its end.
 */
export function pointTo(conf: Uint8Array, address: string): ConfEdit | ConfRefusal {
  if (conf.length > CONF_LIMIT) return 'too-large'
  const read = textOfConf(conf)
  const lines = linesOfConf(read.text)
  if (!looksLikeConf(read.text, lines)) return 'not-a-conf'
  const { keys, endpoints, before } = servicesOf(read.text, lines)
  const stale = keys.filter(
    (line) => line.name !== ENDPOINT && isStale(line.name, line.value, before, address),
  )
  const edits: Edit[] = [
    ...endpoints
      .filter((line) => line.value !== address)
      .map(({ valueStart, valueEnd }) => ({
        start: valueStart,
        end: valueEnd,
        text: writeConfValue(address),
      })),
    ...(endpoints.length === 0 ? [added(read.text, lines, address)] : []),
    ...stale.map(({ start, next }) => ({ start, end: next, text: '' })),
  ]
  const text = edited(read.text, edits)
  // What is broken in such a way that a Kobo would read something else is for a person to mend.
  if (servicesOf(text, linesOfConf(text)).before !== address) return 'not-a-conf'
  return {
    bytes: bytesOfConf({ ...read, text }),
    changed: text !== read.text,
    before,
    removed: stale.map(({ name }) => name),
  }
}

/** Restores the address of Kobo's store, and takes out what was kept of the server's map. */
export function pointBack(conf: Uint8Array): ConfEdit | ConfRefusal {
  return pointTo(conf, STORE_ADDRESS)
}

interface Edit {
  start: number
  end: number
  text: string
}

const SECTION = 'OneStoreServices'
const ENDPOINT = 'api_endpoint'
/** What a Kobo is known to keep, and to use without asking again. */
const COVER_KEYS = new Set(['image_host', 'image_url_template', 'image_url_quality_template'])

interface Services {
  keys: (ConfKey & { value: string })[]
  endpoints: (ConfKey & { value: string })[]
  /** Of keys that stand there twice a Kobo takes the last. */
  before: string | undefined
}

function servicesOf(text: string, lines: readonly ConfLine[]): Services {
  const keys = lines
    .filter((line) => line.kind === 'key')
    .filter(({ section }) => section === SECTION)
    .map((line) => ({ ...line, value: readConfValue(text.slice(line.valueStart, line.valueEnd)) }))
  const endpoints = keys.filter(({ name }) => name === ENDPOINT)
  return { keys, endpoints, before: endpoints.at(-1)?.value }
}

/** Every Kobo has written a section, and none writes a zero. A file of nothing is one that was lost, and begun anew. */
function looksLikeConf(text: string, lines: readonly ConfLine[]): boolean {
  if (text.includes('\u0000')) return false
  return text.trim() === '' || lines.some(({ kind }) => kind === 'section')
}

function isStale(name: string, value: string, before: string | undefined, now: string): boolean {
  const host = before === undefined ? undefined : hostOf(before)
  if (host === hostOf(now)) return false
  if (COVER_KEYS.has(name)) return true
  return host !== undefined && host !== hostOf(STORE_ADDRESS) && value.includes(host)
}

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined
}

/** The key where the file has none: below the heading of its section, or with a section of its own before the others. */
function added(text: string, lines: readonly ConfLine[], address: string): Edit {
  const ending = lineEndingOf(text)
  const line = `${ENDPOINT}=${writeConfValue(address)}${ending}`
  const section = lines.find((each) => each.kind === 'section' && each.name === SECTION)
  if (section !== undefined) {
    const missing = /[\r\n]$/u.test(text.slice(0, section.next)) ? '' : ending
    return { start: section.next, end: section.next, text: missing + line }
  }
  // At the end it could become part of a value that is not closed.
  const first = lines.find(({ kind }) => kind === 'section')?.start ?? 0
  return { start: first, end: first, text: `[${SECTION}]${ending}${line}${ending}` }
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  for (const { start, end, text: by } of edits.toSorted((one, other) => one.start - other.start)) {
    result += text.slice(done, start) + by
    done = end
  }
  return result + text.slice(done)
}
