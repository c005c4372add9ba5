import { z } from 'zod'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { noteFact } from '../sync/facts.ts'
import { answer } from './answer.ts'
import type { KoboContext, KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { readJson } from './read-json.ts'

/** Books in one request that are looked at. */
const TAGGED_LIMIT = 200

/**
 * `POST /v1/library/tags`: a collection that the reader made stays on the Kobo. The answer is the id of the new tag, as a JSON
 * string; that the books in it are on the device is noted.
 */
export function createTag(home: Home): KoboHandler {
  return async (c) => {
    await noteTagged(home, c)
    return answer(randomId(home.random), 201)
  }
}

/** `POST /v1/library/tags/{id}/items`: as above. */
export function addTagItems(home: Home): KoboHandler {
  return async (c) => {
    await noteTagged(home, c)
    return answer({}, 201)
  }
}

/** Renaming and deleting tags, and taking books out of them: always done, or the Kobo would ask again at every sync. */
export function changeTag(): KoboHandler {
  return () => answer({})
}

const TAG = z.object({ Items: z.array(z.object({ RevisionId: z.string().max(200) })) })

async function noteTagged(home: Home, c: KoboContext): Promise<void> {
  const { device } = c.var
  const tag = TAG.safeParse(await readJson(c))
  if (!device || !tag.success) return
  for (const { RevisionId: id } of tag.data.Items.slice(0, TAGGED_LIMIT)) {
    const book = await findBook(home.db.read, id)
    if (book) noteFact(home, device, book.id, { kind: 'tagged' })
  }
}
