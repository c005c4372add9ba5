import { buffer } from 'node:stream/consumers'
import { changeCover } from '../../catalogue/cover-original.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import { receiveForm } from '../../receive-form.ts'
import { atMost } from '../../receive-limits.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'
import { bookOf } from './find.ts'

/** The most bytes of a cover. */
const LIMIT = 20_000_000

/** Gives a book the image of a form as its cover, cropped to its middle where it has another shape than books have. */
export function replaceBookCover(home: Home): Page {
  return async (c) => {
    const { id } = await bookOf(home, c.req.param('id'))
    const { cover } = await changeCover(home, id, await imageIn(c.req.raw), { fitted: true })
    const done = cover?.crop ? 'fitted' : 'cover'
    return c.redirect(link(c.var.visit.root, 'bookPage', { id }, { done }), 303)
  }
}

async function imageIn(request: Request): Promise<Buffer> {
  let image: Buffer | undefined
  await receiveForm(
    request,
    { files: 1, fields: 20, fieldSize: 64 * 1024 },
    {
      file: ({ file }) => buffer(file.compose(atMost(LIMIT))).then((bytes) => void (image = bytes)),
    },
  )
  if (!image || image.length === 0) throw new Problem('invalid', 'Please choose an image.')
  return image
}
