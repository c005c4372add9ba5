import { convertAgain, prepareAgain } from './artifacts/preparation.store.ts'
import { certificateById } from './audit/certificate.store.ts'
import { healAudit } from './audit/heal.ts'
import { retryImport } from './catalogue/retry-import.ts'
import { restoreDevice } from './devices/change-device.store.ts'
import { deviceById } from './devices/device.store.ts'
import type { Device } from './devices/device.ts'
import { closeErratum } from './errata/errata.store.ts'
import type { Erratum } from './errata/erratum.ts'
import type { Home } from './home.ts'
import { Problem } from './problem.ts'
import { answerBrake } from './sync/brake.ts'
import { answerAmnesia } from './sync/answer-amnesia.ts'
import { settleRemoval, unshelveEverywhere } from './sync/deletion.ts'
import { record } from './sync/facts.ts'
import { sendAgain } from './sync/send-again.ts'

/** What is left to do by whoever acts on an erratum: to audit this device. */
export type LeftToDo = { audit: string }

/**
 * Does what an erratum proposes under `name`, and closes it when that succeeds. Some of it a person has to do: that is told, and the
 * erratum closes when it is done. Whether somebody may act on it is asked before.
 * Throws `Problem('conflict')` when it is closed, `Problem('not_found')` for an action it does not propose, and whatever the
 * action fails with.
 */
export async function actOnErratum(
  home: Home,
  erratum: Erratum,
  name: string,
): Promise<LeftToDo | undefined> {
  if (erratum.closedAt !== null) throw new Problem('conflict', 'This erratum is closed already.')
  if (!erratum.actions.includes(name))
    throw new Problem('not_found', `This erratum has no action called “${name}”.`)
  if (name === 'audit' && erratum.device !== null) return { audit: erratum.device }
  await act(home, erratum, name)
  return undefined
}

async function act(home: Home, erratum: Erratum, name: string): Promise<void> {
  switch (erratum.kind) {
    case 'import-failed':
      await retryImport(home, erratum.id)
      return
    case 'preparation-failed': {
      const { id, book } = erratum
      const now = home.now()
      await home.db.transact(async (tx) => {
        if (book !== null) await prepareAgain(tx, book)
        await closeErratum(tx, id, 'It is tried again.', now)
      })
      return
    }
    case 'conversion-failed': {
      const { id, book } = erratum
      const now = home.now()
      await home.db.transact(async (tx) => {
        if (book !== null) await convertAgain(tx, book)
        await closeErratum(tx, id, 'It is tried again.', now)
      })
      return
    }
    case 'revoked-address': {
      const { id, device } = erratum
      const now = home.now()
      await home.db.transact(async (tx) => {
        if (device !== null) await restoreDevice(tx, device)
        await closeErratum(tx, id, 'It is let in again.', now)
      })
      return
    }
    case 'gone-back-in-time': {
      const device =
        erratum.device === null ? undefined : await deviceById(home.db.read, erratum.device)
      const now = home.now()
      await home.db.transact(async (tx) => {
        if (device) await sendAgain(tx, home, device)
        await closeErratum(tx, erratum.id, 'They are sent again.', now)
      })
      return
    }
    case 'amnesia': {
      const from = Number(erratum.detail.from)
      const { device } = erratum
      await home.db.transact(async (tx) => {
        if (device !== null)
          await answerAmnesia(tx, home, { id: device }, from, name === 'kept' ? 'kept' : 'empty')
      })
      return
    }
    case 'mass-removal': {
      const device =
        erratum.device === null ? undefined : await deviceById(home.db.read, erratum.device)
      await home.db.transact(async (tx) => {
        if (device) await answerBrake(tx, home, device, name === 'keep' ? 'keep' : 'remove')
      })
      return
    }
    case 'drift':
      await healDrift(home, erratum)
      return
    case 'removed-on-kobo':
      await answerRemoval(home, erratum, name)
      return
    case 'download-failed':
      await offerAgain(home, erratum)
      return
    case 'imports-waiting':
    case 'foreign-token':
    case 'retired-address':
    case 'download-cut':
    case 'download-not-begun':
    case 'token-stuck':
    case 'services-silent':
    case 'book-near-limit':
    case 'headers-near-limit':
    case 'unknown-requests':
    case 'low-disk':
      // They propose nothing, so that none of their names passes the check above.
      return
  }
}

/** What a reader removed on one Kobo leaves the shelves of others too, or only stays off that one. */
async function answerRemoval(home: Home, erratum: Erratum, name: string): Promise<void> {
  const { book } = erratum
  const device = await deviceOf(home, erratum)
  if (!device || book === null) return
  await home.db.transact((tx) =>
    name === 'unshelve'
      ? unshelveEverywhere(tx, home, device, book)
      : settleRemoval(tx, home, device, book, 'It stays off this Kobo.'),
  )
}

/** A book whose download fails is taken off the Kobo and offered anew. */
async function offerAgain(home: Home, erratum: Erratum): Promise<void> {
  const { id, book } = erratum
  const device = await deviceOf(home, erratum)
  await home.db.transact(async (tx) => {
    if (device && book !== null) await record(tx, home, device.id, [{ kind: 'retract', book }])
    await closeErratum(tx, id, 'It is offered anew.', home.now())
  })
}

/** What the audit found is healed, but for books whose highlights are not stored here. */
async function healDrift(home: Home, erratum: Erratum): Promise<void> {
  const device = await deviceOf(home, erratum)
  if (!device) return
  await home.db.transact(async (tx) => {
    const certificate = await certificateById(tx, device.id, erratum.detail.audit ?? '')
    if (certificate) await healAudit(tx, home, device, certificate, { evenUnsaved: false })
    else await closeErratum(tx, erratum.id, 'The audit is not kept any more.', home.now())
  })
}

async function deviceOf(home: Home, { device }: Erratum): Promise<Device | undefined> {
  return device === null ? undefined : await deviceById(home.db.read, device)
}
