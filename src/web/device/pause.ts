import { z } from 'zod'
import { changeOwnDevice } from '../../device-actions.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { readForm } from '../form.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'

const Asked = z.object({ paused: z.enum(['yes', 'no']), back: z.enum(['devices', 'device']) })

/** Sends a Kobo nothing from now on, or goes on with it, and shows again where that was asked. */
export function pauseDevice(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { id } = await ownDevice(home.db.read, person, c.req.param('id') ?? '')
    const { paused, back } = await readForm(c, Asked)
    await changeOwnDevice(home, person, id, { paused: paused === 'yes' })
    return c.redirect(link(root, back, { id }), 303)
  }
}
