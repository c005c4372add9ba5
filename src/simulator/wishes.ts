import { parseArgs } from 'node:util'
import { readBundle } from './bundle.ts'
import { anyOf, parseFault } from './faults.ts'
import { habitsOf } from './firmware.ts'
import { seededRandom } from './random.ts'
import { readSwitch } from './switch-words.ts'
import { lightSwitches, type Switches } from './switches.ts'
import { WrongUse } from './wrong-use.ts'

/** The text of --help. */
export const USAGE = `Usage: holdfast simulate SYNC_URL --home DIR [options]

  --syncs N               sync N times (1)
  --walk                  instead, do once everything that a Kobo does in its life
  --replay BUNDLE         instead, live through a sync again whose bundle was saved, and compare what is sent
  --download-all          then fetch every book and cover that is not there
  --behind URL            reach the server of the sync URL at this address instead
  --seed N                choices and identity: the same seed, the same run
  --json                  print the reports as JSON
  --quiet                 print only the summary

Before the syncs, in this order, what befell the device and what its reader did:
  --firmware-update V     take on another firmware
  --factory-reset         start with an empty device
  --swap                  another Kobo in the place of this one, at the same address
  --sign-out              sign out; the next sync signs in again
  --wipe                  lose every book and keep the token
  --lose-token            forget the sync token
  --store-token           come back from Kobo's own store, with its token
  --delete-file BOOK      delete its file over USB
  --remove-download BOOK  remove its file; it is a download tile then
  --open BOOK             open a book
  --highlight BOOK=TEXT   mark a passage
  --read BOOK=PERCENT     read a book to a place and close it
  --finish BOOK           read a book to its end
  --delete BOOK           remove a book
  --offline               do this without the network, and go online for the syncs

After the syncs and downloads:
  --lose N                lose N rows of the library without a trace; no server hears of it

What may go wrong, and what is not known of real devices (docs/protocol/simulated-kobo.md):
  --fault SPEC            KIND[@NUMBER[+MS]]:WHERE[#N], for instance lose-reply:/v1/library/sync#2 or
                          cut-reply@100:download; random@5 lets 5 % of all exchanges go wrong. May be repeated
  --switch NAME=VALUE     a doubt about real firmware. May be repeated
  --switches              list them
  --firmware V            the firmware and its habits: 4.28, 4.38, 4.45 or 4.46
  --light                 no covers, and none of the calls about the account and the shop
  --no-account            a device without an account at Kobo
  --token-mode MODE       as --switch token-stored=MODE
  --always-flip           as --switch new-on-held=always-flips
  --page-again            as --switch page-asked-again=at-once
  --unknown-calls         as --switch unknown-calls=yes

BOOK is an id or a part of a title that only one book has.`

const OPTIONS = {
  home: { type: 'string' },
  syncs: { type: 'string', default: '1' },
  'download-all': { type: 'boolean', default: false },
  open: { type: 'string', multiple: true, default: [] as string[] },
  read: { type: 'string', multiple: true, default: [] as string[] },
  delete: { type: 'string', multiple: true, default: [] as string[] },
  'remove-download': { type: 'string', multiple: true, default: [] as string[] },
  'delete-file': { type: 'string', multiple: true, default: [] as string[] },
  highlight: { type: 'string', multiple: true, default: [] as string[] },
  finish: { type: 'string', multiple: true, default: [] as string[] },
  lose: { type: 'string' },
  'lose-token': { type: 'boolean', default: false },
  'store-token': { type: 'boolean', default: false },
  'factory-reset': { type: 'boolean', default: false },
  'firmware-update': { type: 'string' },
  swap: { type: 'boolean', default: false },
  'sign-out': { type: 'boolean', default: false },
  wipe: { type: 'boolean', default: false },
  offline: { type: 'boolean', default: false },
  switch: { type: 'string', multiple: true, default: [] as string[] },
  switches: { type: 'boolean', default: false },
  light: { type: 'boolean', default: false },
  'token-mode': { type: 'string' },
  'always-flip': { type: 'boolean', default: false },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string' },
  firmware: { type: 'string' },
  'no-account': { type: 'boolean', default: false },
  'page-again': { type: 'boolean', default: false },
  'unknown-calls': { type: 'boolean', default: false },
  walk: { type: 'boolean', default: false },
  replay: { type: 'string' },
  behind: { type: 'string' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What the command line asks for. */
export type Wishes = ReturnType<typeof readWishes>

/** Reads the command line. Throws WrongUse with a sentence. */
export function readWishes(argv: string[]) {
  const { values, positionals } = parsed(argv)
  const syncUrl = positionals[0]
  if (positionals.length > 1) throw new WrongUse(`Only one sync URL is expected.\n\n${USAGE}`)
  if (values.home === undefined && !values.help && !values.switches)
    throw new WrongUse(`--home is missing.\n\n${USAGE}`)
  const random = seededRandom(values.seed === undefined ? 0 : wholeNumber('--seed', values.seed))
  const faults = values.fault.map((spec) => parseFault(spec, random))
  return {
    help: values.help,
    listSwitches: values.switches,
    syncUrl,
    home: values.home ?? '',
    syncs: wholeNumber('--syncs', values.syncs),
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed),
    walk: values.walk,
    replay: values.replay === undefined ? undefined : readBundle(values.replay),
    behind: values.behind,
    downloadAll: values['download-all'],
    open: values.open,
    read: values.read.map(readPlace),
    delete: values.delete,
    removeDownload: values['remove-download'],
    deleteFile: values['delete-file'],
    highlight: values.highlight.map(readPassage),
    finish: values.finish,
    lose: values.lose === undefined ? 0 : wholeNumber('--lose', values.lose),
    loseToken: values['lose-token'],
    storeToken: values['store-token'],
    factoryReset: values['factory-reset'],
    firmwareUpdate: values['firmware-update'],
    swap: values.swap,
    signOut: values['sign-out'],
    wipe: values.wipe,
    offline: values.offline,
    faults: () => anyOf(faults.map((begin) => begin())),
    json: values.json,
    quiet: values.quiet,
    switches: switchesOf(values),
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error
    throw new WrongUse(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

function readPlace(text: string): { book: string; percent: number } {
  const at = text.lastIndexOf('=')
  const percent = Number(text.slice(at + 1))
  if (at < 1 || !(percent >= 0 && percent <= 100) || text.slice(at + 1) === '') {
    throw new WrongUse(`--read needs BOOK=PERCENT with a number from 0 to 100, not ${text}.`)
  }
  return { book: text.slice(0, at), percent }
}

function readPassage(spec: string): { book: string; text: string } {
  const at = spec.indexOf('=')
  if (at < 1 || at === spec.length - 1)
    throw new WrongUse(`--highlight needs BOOK=TEXT, not ${spec}.`)
  return { book: spec.slice(0, at), text: spec.slice(at + 1) }
}

function switchesOf(values: {
  switch: string[]
  light: boolean
  'token-mode'?: string | undefined
  'always-flip': boolean
  'no-account': boolean
  'page-again': boolean
  'unknown-calls': boolean
  firmware?: string | undefined
}): Partial<Switches> {
  const mode = values['token-mode']
  if (mode !== undefined && mode !== 'per-page' && mode !== 'at-end' && mode !== 'pinned') {
    throw new WrongUse(`--token-mode is per-page, at-end or pinned, not ${mode}.`)
  }
  return {
    ...(values.firmware === undefined ? {} : habitsOf(values.firmware)),
    ...(values.light ? lightSwitches : {}),
    accountless: values['no-account'],
    unknownCalls: values['unknown-calls'],
    ...(values['page-again'] ? { pageAskedAgain: 'at-once' as const } : {}),
    ...(mode === undefined ? {} : { tokenStored: mode }),
    ...(values['always-flip'] ? { newOnHeld: 'always-flips' as const } : {}),
    ...Object.assign({}, ...values.switch.map(readSwitch)),
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!/^\d{1,9}$/.test(text)) throw new WrongUse(`${name} needs a whole number, not ${text}.`)
  return number
}
