import { z } from 'zod'
import { actOnErratum } from '../../errata-actions.ts'
import { dismissErratum } from '../../errata/errata.store.ts'
import type { Home } from '../../home.ts'
import { ownErratum } from '../../own-erratum.ts'
import { readForm } from '../form.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'

const Dismissal = z.object({
  reason: z
    .string()
    .trim()
    .min(1, 'Please say why it is dismissed.')
    .max(500, 'A reason has at most 500 characters.'),
})

/** Does what an erratum proposes. */
export function answerErratum(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const erratum = await ownErratum(home.db.read, person, c.req.param('id') ?? '')
    const left = await actOnErratum(home, erratum, c.req.param('name') ?? '')
    if (left) return c.redirect(link(root, 'audits', { id: left.audit }), 303)
    return c.redirect(link(root, 'errata'), 303)
  }
}

/** Closes an erratum for a reason that somebody gives. */
export function dismissOne(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const erratum = await ownErratum(home.db.read, person, c.req.param('id') ?? '')
    const { reason } = await readForm(c, Dismissal)
    const now = home.now()
    await home.db.transact((tx) => dismissErratum(tx, erratum, reason, now))
    return c.redirect(link(root, 'errata'), 303)
  }
}
