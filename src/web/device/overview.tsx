import type { BriefSync } from '../../diary/recent.store.ts'
import type { Device } from '../../devices/device.ts'
import { SILENCE } from '../../sync/judge.ts'
import { bucketsOfAges, bucketsOfWaits, quantile } from '../chart/buckets.ts'
import { Columns } from '../chart/columns.tsx'
import type { SyncMark } from '../chart/marks.ts'
import { tellAgreement } from '../chart/segments.ts'
import { Strip } from '../chart/strip.tsx'
import { Timeline } from '../chart/timeline.tsx'
import { Time } from '../layout.tsx'
import { told } from '../told.ts'
import { link } from '../paths.ts'
import { tellLength } from '../tell-length.ts'
import type { Visit } from '../visit.ts'
import type { Standing, Syncs } from './figures.ts'

type Of = { visit: Visit; device: Device }

/** Whether a Kobo holds what it should. */
export function Agreeing({ device, standing }: Of & { standing: Standing }) {
  const { agreement } = standing
  return (
    <section id="agreeing" aria-labelledby="agreement">
      <h2 id="agreement">Agreement</h2>
      <p>{tellAgreement(agreement)}</p>
      <Strip id="strip" of={device.name} agreement={agreement} />
    </section>
  )
}

/** Whether it syncs, and whether that succeeds. */
export function ItsSyncs({ visit, device, syncs: { newest, more } }: Of & { syncs: Syncs }) {
  const { root, now, tell } = visit
  const { id, name, lastSeenAt } = device
  const when = ({ id: sync, at }: SyncMark) => {
    const page = link(root, 'diary', { id }, { before: String(Number(sync) + 1) })
    return (
      <a href={`${page}#sync-${sync}`}>
        <Time visit={visit} at={at} />
      </a>
    )
  }
  return (
    <section id="timeline" aria-labelledby="its-syncs">
      <h2 id="its-syncs">Its syncs</h2>
      {newest.length === 0 ? (
        <p>{lastSeenAt === null ? 'It never synced.' : 'It did not sync for four weeks.'}</p>
      ) : (
        <>
          <p>
            One mark for each{more ? ` of the newest ${newest.length} syncs` : ' sync'} of four
            weeks; one that broke off is hollow.
          </p>
          <Timeline
            id="syncs"
            of={name}
            marks={newest.map((sync) => marked(sync, newest[0], now))}
            more={more}
            now={now}
            tell={tell}
            when={when}
          />
        </>
      )}
    </section>
  )
}

function marked(sync: BriefSync, newest: BriefSync | undefined, now: number): SyncMark {
  const { id, at, sent } = sync
  const mayGoOn = newest?.id === id && now - at < SILENCE
  return { id, at, sent, end: mayGoOn ? 'whole' : endOf(sync) }
}

function endOf({ sent, complete, lost }: BriefSync): SyncMark['end'] {
  if (lost || (sent > 0 && !complete)) return 'broken'
  return complete ? 'whole' : 'quiet'
}

/** How long books take from the shelf to the Kobo. */
export function FromShelf({ waits }: { waits: readonly number[] }) {
  const half = quantile(waits, 0.5)
  const most = quantile(waits, 0.95)
  return (
    <section id="waits" aria-labelledby="from-shelf">
      <h2 id="from-shelf">From the shelf to the Kobo</h2>
      {half === undefined || most === undefined ? (
        <p>Nothing was downloaded yet since it was put on a shelf.</p>
      ) : (
        <>
          <p>{tellWaits(waits.length, half, most)}</p>
          <Columns
            id="waiting"
            name="Time from shelf to device"
            sentence={tellWaits(waits.length, half, most)}
            of="Arrived"
            buckets={bucketsOfWaits(waits)}
          />
          <p class="soft">Counted from when the Kobo was connected, where that was later.</p>
        </>
      )}
    </section>
  )
}

function tellWaits(books: number, half: number, most: number): string {
  const [quick, slow] = [tellLength(half), tellLength(most)]
  if (books === 1) return `The last book was downloaded ${quick} after it was shelved.`
  const nearly = books < 20 ? 'all' : '19 of 20'
  if (quick === slow)
    return `Of the last ${books} books, ${nearly} were downloaded within ${slow} of being shelved.`
  return `Of the last ${books} books, half were downloaded within ${quick} of being shelved, and ${nearly} within ${slow}.`
}

/** How old the proof is of each book that it has. */
export function AgeOfProof({ standing }: { standing: Standing }) {
  const { ages } = standing
  const books = ages.reduce((sum, [, count]) => sum + count, 0)
  if (books === 0) return null
  const buckets = bucketsOfAges(ages)
  const fresh = (buckets[0]?.count ?? 0) + (buckets[1]?.count ?? 0)
  const none = buckets.at(-1)?.count ?? 0
  const sentence = `Of ${books === 1 ? 'one book' : `${told(books)} books`} that it has, ${told(fresh)} ${fresh === 1 ? 'was' : 'were'} proven within a week${none > 0 ? `, and ${told(none)} not at all` : ''}.`
  return (
    <div id="proofs" class="proofs">
      <h3>How old the proof is</h3>
      <p>{sentence}</p>
      <Columns id="ages" name="Age of proof" sentence={sentence} of="Proven" buckets={buckets} />
    </div>
  )
}
