import { z } from 'zod'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { noteFact } from '../sync/facts.ts'
import { answer } from './answer.ts'
import type { KoboContext, KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { readJson } from './read-json.ts'
import {
  addToTag,
  countTags,
  deleteTag,
  hasTag,
  insertTag,
  removeFromTag,
  renameTag,
  tagNamed,
} from './tag.store.ts'
import { entitlementId } from './wire/decode-states.ts'

/** Collections of a person, books in one of them, and books in one request that are looked at. */
const TAGS_LIMIT = 2_000
const ITEMS_LIMIT = 5_000
const REQUEST_LIMIT = 1_000

/** The longest name of a collection, in characters. */
const NAME_LENGTH = 250

/**
 * `POST /v1/library/tags`: a collection that the reader made. The answer is the id of the new tag, as a JSON string; that the
 * books in it are on the device is noted. A Kobo that says it again, for it heard no answer, gets the same id.
 */
export function createTag(home: Home): KoboHandler {
  return async (c) => {
    const { name, items } = await readTag(home, c)
    const { person } = c.var.pairing
    const tag = { person, device: c.var.device?.id ?? null, name }
    const fresh = randomId(home.random)
    const now = home.now()
    const id = await home.db.transact(async (tx) => {
      const before = name === '' ? undefined : await tagNamed(tx, tag)
      const made = before ?? fresh
      if (before === undefined) {
        if (name === '' || (await countTags(tx, person)) >= TAGS_LIMIT) return made
        await insertTag(tx, { ...tag, id: made, createdAt: now })
      }
      await addToTag(tx, made, items, { limit: ITEMS_LIMIT, now })
      return made
    })
    return answer(id, 201)
  }
}

/** `PUT /v1/library/tags/{id}`: another name. An unknown tag is done: an error would be asked again at every sync. */
export function renameTagged(home: Home): KoboHandler {
  return async (c) => {
    const { name } = await readTag(home, c)
    await change(home, c, async (tx, id) => {
      if (name !== '') await renameTag(tx, id, name, home.now())
    })
    return answer({})
  }
}

/** `DELETE /v1/library/tags/{id}`. */
export function deleteTagged(home: Home): KoboHandler {
  return async (c) => {
    await change(home, c, (tx, id) => deleteTag(tx, id, home.now()))
    return answer({})
  }
}

/** `POST /v1/library/tags/{id}/items`: books come in, and are on the device. */
export function addTagItems(home: Home): KoboHandler {
  return async (c) => {
    const { items } = await readTag(home, c)
    const how = { limit: ITEMS_LIMIT, now: home.now() }
    await change(home, c, (tx, id) => addToTag(tx, id, items, how))
    return answer({}, 201)
  }
}

/** `POST /v1/library/tags/{id}/items/delete`: books go out, and stay on the device. */
export function removeTagItems(home: Home): KoboHandler {
  return async (c) => {
    const { items } = await readTag(home, c)
    await change(home, c, (tx, id) => removeFromTag(tx, id, items, home.now()))
    return answer({})
  }
}

const TAG = z.object({
  Name: z.string().nullish().catch(null),
  Items: z
    .array(z.object({ RevisionId: z.string().max(200) }))
    .nullish()
    .catch(null),
})

/** What a request says of a collection: its name, '' when it has none, and ids of books; those that are ours are on the device. */
async function readTag(home: Home, c: KoboContext): Promise<{ name: string; items: string[] }> {
  const body = TAG.safeParse(await readJson(c))
  if (!body.success) return { name: '', items: [] }
  const items = new Set<string>()
  for (const { RevisionId: id } of (body.data.Items ?? []).slice(0, REQUEST_LIMIT)) {
    const book = await findBook(home.db.read, id)
    if (book && c.var.device) noteFact(home, c.var.device, book.id, { kind: 'tagged' })
    items.add(book?.id ?? entitlementId(id))
  }
  const name = (body.data.Name ?? '').trim().slice(0, NAME_LENGTH).toWellFormed()
  return { name, items: [...items] }
}

async function change(
  home: Home,
  c: KoboContext,
  how: (tx: Tx, id: string) => Promise<void>,
): Promise<void> {
  const id = entitlementId(c.req.param('tag') ?? '')
  const { person } = c.var.pairing
  if (!(await hasTag(home.db.read, person, id))) return
  await home.db.transact((tx) => how(tx, id))
}
