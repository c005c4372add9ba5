import busboy from 'busboy'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { changeCover } from '../../catalogue/cover-original.ts'
import { croppedCover } from '../../catalogue/crop-cover.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import { atMost, brokeOff } from '../../receive-limits.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'
import { bookOf } from './find.ts'

/** The most bytes of a cover. */
const LIMIT = 20_000_000

/** Gives a book the image of a form as its cover, cut to the shape of a book. */
export function replaceBookCover(home: Home): Page {
  return async (c) => {
    const { id } = await bookOf(home, c.req.param('id'))
    await changeCover(home, id, await croppedCover(await imageIn(c.req.raw)))
    return c.redirect(link(c.var.visit.root, 'bookPage', { id }, { done: 'cover' }), 303)
  }
}

async function imageIn(request: Request): Promise<Buffer> {
  const type = request.headers.get('content-type') ?? ''
  if (!request.body || !/^multipart\/form-data\b/i.test(type))
    throw new Problem('invalid', 'This form could not be read.')
  let reading: Promise<Buffer> | undefined
  const form = busboy({ headers: { 'content-type': type }, limits: { files: 1, fields: 20 } })
  form.on('file', (_, file) => {
    reading = buffer(file.compose(atMost(LIMIT)))
    reading.catch((error: Error) => form.destroy(error))
  })
  try {
    await pipeline(Readable.fromWeb(request.body), form)
    const image = await reading
    if (!image || image.length === 0) throw new Problem('invalid', 'Please choose an image.')
    return image
  } catch (error) {
    await Promise.allSettled([reading])
    if (error instanceof Problem || !brokeOff(error)) throw error
    throw new Problem('invalid', 'The upload broke off.', { cause: error })
  }
}
