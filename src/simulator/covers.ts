import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { violate, type Session } from './device.ts'
import { coverFile, isSafeName } from './home.ts'
import { presentBooks } from './library.ts'
import { resource } from './resources.ts'
import { complaintsAboutLength, looksLikeJpeg } from './validate/answer.ts'
import { mayContact } from './may-contact.ts'
import { send } from './wire.ts'

/** The device's names of the sizes it asks for, with the box in pixels that a cover is to fit in. */
const SIZES = {
  one: [{ name: 'N3_FULL', width: 355, height: 530 }],
  several: [
    { name: 'N3_FULL', width: 1072, height: 1448 },
    { name: 'N3_LIBRARY_FULL', width: 355, height: 530 },
    { name: 'N3_LIBRARY_GRID', width: 149, height: 223 },
  ],
}

/** Most bytes that a cover of the device's sizes can need. */
const COVER_BYTES = 4 * 1024 * 1024

/** Fetches the covers that the device has no picture for (docs/protocol/covers.md). */
export async function fetchCovers(session: Session): Promise<void> {
  const { device } = session
  if (!device.switches.coversFetched) return
  const key =
    device.switches.coverTemplate === 'quality'
      ? 'image_url_quality_template'
      : 'image_url_template'
  const template = resource(device, key)
  if (template === undefined) return
  const imageIds = new Set(presentBooks(device.db).flatMap((row) => row.imageId ?? []))
  for (const imageId of imageIds) {
    if (!isSafeName(imageId)) {
      violate(session, 'CoverImageId', [`the id of a cover is not safe in a URL`])
      continue
    }
    for (const size of SIZES[device.switches.coverSizes]) {
      const path = coverFile(device.home, imageId, size.name)
      if (device.switches.coversKept && existsSync(path)) continue
      const url = template
        .replace('{ImageId}', imageId)
        .replace('{Width}', String(size.width))
        .replace('{Height}', String(size.height))
        .replace('{Quality}', '80')
        .replace('{IsGreyscale}', device.switches.model.includes('Colour') ? 'false' : 'true')
      if (!mayContact(session, url, `Resources.${key}`)) return
      await fetchCover(session, imageId, url, path)
    }
  }
}

async function fetchCover(
  session: Session,
  imageId: string,
  url: string,
  path: string,
): Promise<void> {
  const { answer, at } = await send(session, {
    method: 'GET',
    to: url,
    kind: 'cover',
    identity: 'none',
    told: `cover ${imageId}`,
  })
  if (answer.status !== 200) return
  const complaints = complaintsAboutLength(answer)
  if (!/^image\/jpeg\b/.test(answer.headers['content-type'] ?? '')) {
    complaints.push('the content type of a cover must be image/jpeg')
  }
  if (!looksLikeJpeg(answer)) complaints.push('the cover is not a JPEG image')
  if (answer.received > COVER_BYTES) complaints.push(`the cover has ${answer.received} bytes`)
  violate(session, at, complaints)
  if (complaints.length > 0) return rmSync(path, { force: true })
  writeFileSync(path, answer.body)
  session.report.covers.push(imageId)
}
