import { z } from 'zod'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import type { Device } from '../../devices/device.ts'
import { inBrief } from '../../diary/brief.ts'
import { readDiary, type ToldSync } from '../../diary/diary.ts'
import { sum } from '../../diary/phrases.ts'
import type { KnownRequest } from '../../diary/requests.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import type { Figures, Syncs } from '../device/figures.ts'
import { ItsSyncs } from '../device/overview.tsx'
import { Layout, Time, TimeAfter } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import { tellLength } from '../tell-length.ts'
import type { Page, Visit } from '../visit.ts'

/** How many syncs stand on one page. */
const PART = 10

const Asked = z.object({ before: z.coerce.number().int().min(1).optional() })

type TitleOf = (book: string) => string | undefined

/** The diary of a device: its syncs in sentences, newest first, each with what is known of its requests. */
export function showDiary(home: Home, figures: Figures): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const { before } = readQuery(c, Asked)
    const part = { limit: PART, before }
    const { items, next } = await readDiary(home.db.read, device, part, visit.tell, visit.now)
    const asked = items.flatMap(({ requests }) => requests.flatMap(({ bookId }) => bookId ?? []))
    const titles = await booksByIds(home.db.read, [...new Set(asked)])
    const titleOf: TitleOf = (book) => titles.get(book)?.title
    const syncs = before === undefined ? await figures.syncs(device) : undefined
    return c.html(<DiaryPage {...{ visit, device, items, next, titleOf, syncs }} />)
  }
}

function DiaryPage(props: {
  visit: Visit
  device: Device
  items: ToldSync[]
  next: number | null
  titleOf: TitleOf
  syncs: Syncs | undefined
}) {
  const { visit, device, items, next, titleOf, syncs } = props
  const { root } = visit
  const { id, name } = device
  return (
    <Layout title={`The diary of ${name}`} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'device', { id })}>{name}</a>
      </p>
      <h1>The diary of {name}</h1>
      <nav class="words" aria-label={`Pages of ${name}`}>
        <a href={link(root, 'device', { id })}>What it holds</a>
        <a href={link(root, 'audits', { id })}>Audits</a>
        <a href={link(root, 'settings', { id })}>Settings</a>
      </nav>
      {items.length === 0 && <p class="lead">No syncs.</p>}
      {syncs && syncs.newest.length > 0 && <ItsSyncs visit={visit} device={device} syncs={syncs} />}
      <div class="diary">
        {items.map((sync) => (
          <SyncOnPage visit={visit} device={device} sync={sync} titleOf={titleOf} />
        ))}
      </div>
      {next !== null && (
        <p class="further">
          <a rel="next" href={link(root, 'diary', { id }, { before: String(next) })}>
            Older syncs
          </a>
        </p>
      )}
    </Layout>
  )
}

function SyncOnPage(props: { visit: Visit; device: Device; sync: ToldSync; titleOf: TitleOf }) {
  const { visit, device, sync, titleOf } = props
  const { id, startedAt, sentences, requests, counts } = sync
  const bundle = link(visit.root, 'bundle', { id: device.id, syncId: id })
  const brief = inBrief(counts)
  return (
    <article aria-labelledby={`sync-${id}`}>
      <h2 id={`sync-${id}`}>
        <Time visit={visit} at={startedAt} />, {lengthOf(sync)}
        {brief !== '' && `: ${brief}`}
      </h2>
      <p>{sentences.join(' ')}</p>
      {requests.length > 0 && (
        <details>
          <summary>Its requests, as far as they left a trace: {requests.length}</summary>
          <ol class="history">
            {requests.map((request, index) => (
              <li>
                <TimeAfter visit={visit} at={request.at} before={requests[index - 1]?.at} />
                <span>{tellRequest(request, titleOf)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      <p class="soft">
        <a class="tall" href={bundle} download>
          Its bundle<span class="unseen"> of {visit.tell(startedAt)}</span>
        </a>
        , without titles, names and secrets.
      </p>
    </article>
  )
}

function lengthOf({ startedAt, endedAt, complete }: ToldSync): string {
  if (endedAt === null) return 'and it may go on'
  const took = tellLength(endedAt - startedAt)
  return complete ? took : `${took}, not complete`
}

function tellRequest({ call, bookId, operations }: KnownRequest, titleOf: TitleOf): string {
  const book = bookId === undefined ? '' : ` of “${titleOf(bookId) ?? bookId}”`
  const sent = operations === undefined ? '' : `, with ${sum(operations, 'operation') || 'nothing'}`
  return `${call}${book}${sent}`
}
