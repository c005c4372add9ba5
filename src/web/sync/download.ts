import { readBundle } from '../../diary/diary.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import type { Page } from '../visit.ts'

/** What one sync left in the log, as a file to be shown to others. */
export function downloadBundle(home: Home): Page {
  return async (c) => {
    const device = await ownDevice(home.db.read, c.var.visit.person, c.req.param('id') ?? '')
    const bundle = await readBundle(home.db.read, device, c.req.param('syncId') ?? '')
    if (!bundle) throw new Problem('not_found', 'This Kobo has no sync with that id.')
    return c.body(`${JSON.stringify(bundle, null, 2)}\n`, 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="holdfast-sync-${bundle.sync.id}.json"`,
    })
  }
}
