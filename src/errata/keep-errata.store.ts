import { isDeepStrictEqual } from 'node:util'
import type { Db, Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum, isQuiet } from './errata.store.ts'
import { toldErrata } from './find-errata.store.ts'
import type { Erratum, ErratumKind, NewErratum } from './erratum.ts'

/** What is told of one kind of trouble: everywhere, or on one device. */
export type Told = { kind: ErratumKind; device?: string }

/** What to change so that what is told is what is so. */
export type Changes = {
  /** Subjects whose cause is gone, of open errata and of dismissed ones. */
  gone: string[]
  /** What is news, or has other words now. */
  news: NewErratum[]
}

/**
 * Compares the troubles of a kind that there are now with what is told of them. Nearly always nothing is to be changed; the one
 * who looks then needs no transaction.
 */
export async function changesIn(
  db: Db,
  told: Told,
  troubles: readonly NewErratum[],
  now: number,
): Promise<Changes> {
  const errata = await toldErrata(db, told)
  const subjects = new Set(troubles.map((trouble) => trouble.subject))
  const gone = errata.map(({ subject }) => subject).filter((subject) => !subjects.has(subject))
  const news: NewErratum[] = []
  for (const trouble of troubles) {
    const isTold = errata.some((erratum) => erratum.closedAt === null && saysSame(erratum, trouble))
    if (!isTold && !(await isQuiet(db, trouble, now))) news.push(trouble)
  }
  return { gone: [...new Set(gone)], news }
}

function saysSame(erratum: Erratum, trouble: NewErratum): boolean {
  return (
    erratum.subject === trouble.subject &&
    erratum.cause === trouble.cause &&
    erratum.consequence === trouble.consequence &&
    isDeepStrictEqual(erratum.detail, trouble.detail)
  )
}

/** Makes what is told of a kind of trouble what is so: `troubles` are all that there are. `newId` gives an id for each that is news. */
export async function keepErrata(
  tx: Tx,
  told: Told,
  troubles: readonly NewErratum[],
  how: { because: string; now: number; newId: () => string },
): Promise<void> {
  const { because, now, newId } = how
  const { gone, news } = await changesIn(tx, told, troubles, now)
  for (const subject of gone) await closeErrataAbout(tx, told.kind, subject, because, now)
  for (const trouble of news) await fileErratum(tx, trouble, newId(), now)
}
