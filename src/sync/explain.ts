import type { Evidence } from './evidence.ts'
import type { Denial, Proof } from './sign.ts'
import type { Status } from './status.ts'
import type { TellTime } from './tell-time.ts'

/** What else bears on how a status is told. */
export type Circumstances = {
  /** Its artifact is finished; it was deleted from the library; the device is sent nothing. */
  prepared: boolean
  deleted: boolean
  paused: boolean
}

/** A status explained to a person: what happened, in the order of time, and what follows. Pure. */
export function explain(
  status: Status,
  evidence: Evidence,
  circumstances: Circumstances,
  tell: TellTime,
): string {
  const story = storyOf(status, evidence, circumstances, tell)
  const told = story.length > 0 ? `${capital(story.join('; '))}. ` : ''
  return `${told}${conclusionOf(status, evidence, circumstances)}`
}

/** What a proof shows, in words: “downloaded in full”. */
export function proofWords(kind: Proof['kind']): string {
  return PROVEN[kind]
}

function storyOf(
  status: Status,
  evidence: Evidence,
  { deleted }: Circumstances,
  tell: TellTime,
): string[] {
  const say = inTurn(tell)
  const { denial, deletedAt, removal } = evidence
  switch (status) {
    case 'excluded':
      return deletedAt === null ? [] : [`removed on the Kobo ${say(deletedAt)}`]
    case 'missing':
      return against(denial, say)
    case 'leaving':
      return [
        ...offering(evidence, say),
        ...(deleted ? ['deleted from the library'] : []),
        ...against(denial, say),
      ]
    case 'orphan':
      return [
        ...presence(evidence, say),
        deleted ? 'deleted from the library' : 'on no shelf that this Kobo carries',
      ]
    case 'doubtful':
      return [...presence(evidence, say), ...against(denial, say)]
    case 'on-device':
      return [...presence(evidence, say), lastHeard(evidence, say)]
    case 'entitled':
      return presence(evidence, say)
    case 'offered':
      return offering(evidence, say)
    case 'not-wanted':
      return removal?.acknowledged === true
        ? [`its removal was sent ${say(removal.at)} and acknowledged`]
        : []
    case 'preparing':
    case 'waiting':
      return deletedAt === null ? [] : [`removed on the Kobo ${say(deletedAt)}`]
    case 'foreign':
      return []
    default:
      return status satisfies never
  }
}

function conclusionOf(status: Status, evidence: Evidence, circumstances: Circumstances): string {
  const { prepared, paused, deleted } = circumstances
  const next = paused
    ? 'at the first sync after this Kobo is not paused any more'
    : 'at the next sync'
  switch (status) {
    case 'excluded':
      return evidence.holding.state === 'none'
        ? 'It stays off this Kobo until it is put on a shelf again.'
        : 'It may have come back with an older state of the Kobo, and is removed again.'
    case 'missing':
      return prepared ? `It will be sent ${next}.` : 'It will be sent once it is prepared.'
    case 'leaving':
      if (evidence.denial?.kind === 'retracted') return 'It is removed first, and then sent again.'
      return evidence.removal && evidence.denial?.kind === 'removal'
        ? 'It is leaving.'
        : `Its removal goes out ${next}.`
    case 'orphan':
      return 'Its removal is due.'
    case 'foreign':
      return 'Not from this library. It is left alone.'
    case 'doubtful':
      return 'It may not be there any more.'
    case 'on-device':
      return evidence.proof?.kind === 'download-completed'
        ? 'It should be on the device.'
        : 'It is on the device.'
    case 'entitled':
      return 'It is in the Kobo’s library, not downloaded.'
    case 'offered':
      return 'The next sync tells whether it arrived.'
    case 'preparing':
      return 'It is being prepared, and arrives at a sync after that.'
    case 'waiting':
      return `It arrives ${next}.`
    case 'not-wanted':
      return deleted ? 'It was deleted from the library.' : 'Not on a shelf that this Kobo carries.'
    default:
      return status satisfies never
  }
}

/** Its coming and what shows that it is there, as far as is known. */
function presence(evidence: Evidence, say: Say): string[] {
  const { proof, downloadedAt } = evidence
  const story = offering(evidence, say)
  if (downloadedAt !== null) story.push(`downloaded in full ${say(downloadedAt)}`)
  if (proof && proof.at !== downloadedAt) story.push(`${PROVEN[proof.kind]} ${say(proof.at)}`)
  return story
}

function offering({ offer, proof }: Evidence, say: Say): string[] {
  if (!offer) return []
  if (offer.acknowledged) return [`offered ${say(offer.at)} and acknowledged`]
  // What shows that it is there tells more than a token that did not come yet.
  const isProven = proof !== null && proof.place > offer.place
  return [`offered ${say(offer.at)}${isProven ? '' : ', not yet confirmed'}`]
}

function against(denial: Denial | null, say: Say): string[] {
  return denial ? [DENIED[denial.kind](say(denial.at))] : []
}

function lastHeard({ proof, lastSeenAt }: Evidence, say: Say): string {
  return lastSeenAt !== null && proof !== null && lastSeenAt > proof.at
    ? `last heard of ${say(lastSeenAt)}`
    : 'not heard of since'
}

const PROVEN: Record<Proof['kind'], string> = {
  'download-completed': 'downloaded in full',
  'download-begun': 'a download, not seen to its end, began',
  state: 'a place in it was told',
  annotation: 'a highlight or note in it was told',
  listed: 'listed by the Kobo',
  audited: 'found in the Kobo’s own database',
  'metadata-asked': 'asked for its details',
  'cover-asked': 'asked for its cover',
  'annotations-asked': 'asked for its highlights',
  tagged: 'named in a collection',
}

const DENIED: Record<Denial['kind'], (time: string) => string> = {
  unlisted: (time) => `a list of the Kobo’s books lacked it ${time}`,
  audited: (time) => `the Kobo’s own database lacked it ${time}`,
  'row-missed': (time) => `the Kobo’s own database lacked it ${time}`,
  'file-missed': (time) => `its file was not on the Kobo ${time}`,
  consent: (time) => `asked for again ${time}`,
  epoch: (time) => `the Kobo was said or found to be empty ${time}`,
  removal: (time) => `its removal was sent ${time}, and was not acknowledged`,
  retracted: (time) => `asked ${time} to be removed and sent again`,
  restored: (time) => `the Kobo was put back to an earlier day ${time}`,
  'rolled-back': (time) => `this server was put back to an earlier day ${time}`,
}

type Say = (at: number) => string

/** Times one after the other, in which a day is said once. */
function inTurn(tell: TellTime): Say {
  let last: number | undefined
  return (at) => {
    const said = tell(at, last)
    last = at
    return said
  }
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
