import { defaultSwitches, type Switches } from './switches.ts'
import { WrongUse } from './wrong-use.ts'

/** How a switch is written on the command line: the words it takes, and what a word means. */
interface Words<Value> {
  takes: string
  read: (word: string) => Value | undefined
}

const WORDS: { [Name in keyof Switches]: Words<Switches[Name]> } = {
  tokenStored: oneOf('per-page', 'at-end', 'pinned'),
  storesTokenOnEmpty: yesOrNo(),
  newOnHeld: oneOf('harmless', 'flips-if-size-differs', 'always-flips'),
  pageApplied: oneOf('whole', 'item-by-item', 'torn'),
  changedOnUnknown: oneOf('dropped', 'inserted'),
  removedRowRevived: yesOrNo(),
  annotationList: oneOf('all', 'open-only', 'recent', 'nothing'),
  annotationsAfterDownload: oneOf('emptied-and-filled', 'kept'),
  downloadsPerSync: { takes: 'N | all', read: (word) => (word === 'all' ? Infinity : count(word)) },
  coversFetched: yesOrNo(),
  coversKept: yesOrNo(),
  coverSizes: oneOf('one', 'several'),
  metadataShape: oneOf('both', 'bare', 'container'),
  signOut: oneOf('keeps-rows', 'drops-rows'),
  firmwareUpdate: oneOf('keeps-token', 'drops-token'),
  offlineWrites: oneOf('last-state', 'every-state'),
  highlightsSent: oneOf('after-downloads', 'with-states'),
  deleteSends: oneOf('empty-json', 'nothing'),
  initializes: oneOf('every-sync', 'when-missing'),
  accountless: yesOrNo(),
  sideCalls: yesOrNo(),
  oauth: oneOf('none', 'token', 'authorize-first'),
  tokenRequest: oneOf('form', 'json'),
  statusInfo: oneOf('whole', 'short'),
  annotationsAskedAfterDownload: yesOrNo(),
  coverTemplate: oneOf('plain', 'quality'),
  shopCalls: oneOf('v1', 'v1-and-v2'),
  unknownCalls: yesOrNo(),
  pageAskedAgain: oneOf('at-once', 'next-sync'),
  hostWithoutPort: yesOrNo(),
  patienceMs: { takes: 'MS', read: count },
  clockAheadMs: { takes: 'MS', read: whole },
  firmware: { takes: 'TEXT', read: text },
  model: { takes: 'TEXT', read: text },
  platformId: { takes: 'TEXT', read: text },
}

/** Reads `NAME=VALUE` with a switch's name in lower case and hyphens: `token-stored=pinned`. Throws WrongUse. */
export function readSwitch(spec: string): Partial<Switches> {
  const [name = '', ...rest] = spec.split('=')
  const known = switchNames().find((each) => hyphened(each) === name)
  if (known === undefined || rest.length === 0) {
    throw new WrongUse(
      `--switch needs NAME=VALUE with one of the names in --switches, not ${spec}.`,
    )
  }
  const { takes, read } = WORDS[known]
  const value = read(rest.join('='))
  if (value === undefined) throw new WrongUse(`${name} takes ${takes}, not ${rest.join('=')}.`)
  return { [known]: value }
}

/** One line for each switch: its name, what it takes, and what it is when nothing is said. */
export function listSwitches(): string[] {
  return switchNames().map((name) => {
    const usual = defaultSwitches[name]
    const word = typeof usual === 'boolean' ? (usual ? 'yes' : 'no') : String(usual)
    return `${hyphened(name).padEnd(34)}${WORDS[name].takes} (${word})`
  })
}

export function switchNames(): (keyof Switches)[] {
  return Object.keys(WORDS).filter((name): name is keyof Switches => name in defaultSwitches)
}

/** `tokenStored` as `token-stored`. */
export function hyphened(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function oneOf<const Word extends string>(...words: Word[]): Words<Word> {
  return { takes: words.join(' | '), read: (word) => words.find((each) => each === word) }
}

function yesOrNo(): Words<boolean> {
  return {
    takes: 'yes | no',
    read: (word) => (word === 'yes' ? true : word === 'no' ? false : undefined),
  }
}

function count(word: string): number | undefined {
  return /^\d{1,9}$/.test(word) ? Number(word) : undefined
}

function whole(word: string): number | undefined {
  return /^-?\d{1,12}$/.test(word) ? Number(word) : undefined
}

function text(word: string): string | undefined {
  return /^[\w. -]{1,60}$/.test(word) ? word : undefined
}
