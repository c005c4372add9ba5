import { deviceById } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { judgeAmnesia } from './amnesia.ts'
import { ask, closeQuestions, openQuestions } from './amnesia-question.ts'
import { wasAudited } from './answered-by-audit.ts'
import { beginEpochAt } from './epoch.ts'
import { record } from './facts.ts'
import { lastEntry, readLog } from './log.store.ts'
import { devicesToJudge, keepSession, sessionOf, type KeptSession } from './session.store.ts'

/** Silence that ends a session, in ms. */
export const SILENCE = 60_000

/**
 * Judges a session that is over: whether the device that lost its token still has its library. Costs nothing for a session in
 * which every sync had its token and no question is open.
 */
export async function judgeSession(
  tx: Tx,
  home: Home,
  device: Device,
  session: KeptSession,
): Promise<void> {
  if (session.judged) return
  await record(tx, home, device.id, [])
  const questions = await openQuestions(tx, device.id)
  if (session.tokenless || questions.length > 0) {
    const open = questions.at(-1)?.from ?? null
    const judgement = judgeAmnesia(await readLog(tx, device.id), session.beganSeq, open)
    const now = home.now()
    if (judgement?.verdict === 'there')
      await closeQuestions(tx, device.id, {
        since: judgement.from,
        until: judgement.from,
        because: 'The Kobo told of books that it still has.',
        now,
      })
    if (judgement?.verdict === 'gone') await beginEpochAt(tx, home, device, judgement.from)
    if (judgement?.verdict === 'ask' && !(await wasAudited(tx, device, judgement.from)))
      await ask(tx, home, device, judgement.from)
  }
  await keepSession(tx, device.id, { ...session, judged: true })
}

/** Judges the sessions that ended in silence. Called now and then, and before anybody looks at what needs their eye. */
export async function judgeEndedSessions(home: Home): Promise<void> {
  const ended = home.now() - SILENCE
  for (const id of await devicesToJudge(home.db.read, ended))
    await home.db.transact(async (tx) => {
      const device = await deviceById(tx, id)
      const session = await sessionOf(tx, id)
      if (!device || !session || session.judged || session.lastAt > ended) return
      await record(tx, home, id, [])
      // Downloads and covers may go on for long after the last page.
      const last = await lastEntry(tx, id)
      if (last && last.at > ended) return
      await judgeSession(tx, home, device, session)
    })
}
