import { z } from 'zod'
import { healAudit, type HealWish } from '../../audit/heal.ts'
import { HEALED } from '../../audit/standing.ts'
import { certificateOf } from '../../audit/told.ts'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import type { Wish } from '../../sync/rehearse.ts'
import { fulfil, previewFor } from '../device/next-sync.ts'
import { PreviewPage } from '../device/preview-page.tsx'
import { readForm } from '../form.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'

const Asked = z.object({
  class: z
    .array(z.enum(HEALED, 'There is no such class.'), 'Please choose what is to be healed.')
    .min(1),
  evenUnsaved: z.literal('1').optional(),
  confirm: z.literal('1').optional(),
})

/** Shows what the next sync would do if what an audit found were healed; does it when that was confirmed. */
export function healAudited(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const name = c.req.param('audit') ?? ''
    await certificateOf(home.db.read, device.id, name)
    const { class: classes, evenUnsaved, confirm } = await readForm(c, Asked, ['class'])
    const healed: HealWish = { classes, evenUnsaved: evenUnsaved !== undefined }
    const wish: Wish = async (tx, at, on) =>
      healAudit(tx, at, on, await certificateOf(tx, on.id, name), healed)
    if (confirm !== undefined) {
      await fulfil(c, home, device, wish)
      return c.redirect(link(visit.root, 'device', { id: device.id }, { done: 'heal' }), 303)
    }
    const preview = await previewFor(c, home, device, wish)
    const ids = preview.operations.map(({ bookId }) => bookId)
    const titles = await booksByIds(home.db.read, [...new Set(ids)])
    return c.html(
      <PreviewPage
        {...{ visit, device, preview }}
        titleOf={(book) => titles.get(book)?.title}
        title="Heal what the audit found?"
        meaning="What changed since the audit is left alone."
        confirm="Yes, heal"
        action={link(visit.root, 'healAudit', { id: device.id, audit: name })}
        fields={[
          ...classes.map((each) => ['class', each] as const),
          ...(evenUnsaved === undefined ? [] : [['evenUnsaved', '1'] as const]),
        ]}
      />,
    )
  }
}
