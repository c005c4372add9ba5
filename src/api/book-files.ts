import { rm, stat } from 'node:fs/promises'
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { serveFile } from '../artifacts/serve.ts'
import type { Book } from '../catalogue/book.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import { changeCover } from '../catalogue/cover-original.ts'
import { cropCover } from '../catalogue/crop-cover.ts'
import { hasCode } from '../catalogue/durable.ts'
import { filePath } from '../catalogue/files.ts'
import { importFile } from '../catalogue/import.ts'
import { FILE_LIMIT } from '../catalogue/copy-drop.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { bookJson, BookShape, CropShape } from './book-json.ts'
import { present } from './books.ts'
import { apiPart, type ApiEnv } from './context.ts'
import { problemBody } from './problem-response.ts'
import { receiveFile } from './receive-file.ts'
import { answers, ErrorShape, IdParameter, PROBLEMS, takes } from './shapes.ts'

/** The most bytes of a cover. */
const COVER_LIMIT = 20_000_000

/** Bytes in a description: their form is not looked at by the framework, which would hold them in memory. */
const Bytes = { type: 'string', format: 'binary' } as const
const BinaryAnswer = {
  description: 'The bytes.',
  content: { 'application/epub+zip': { schema: Bytes } },
}

/** `/books` where files come and go: uploads, covers, and the file of a book. */
export function bookFileRoutes(home: Home): OpenAPIHono<ApiEnv> {
  const app = apiPart()

  app.openapi(
    createRoute({
      method: 'post',
      path: '/books',
      summary: 'Import a book: the part “file” of a form, or the EPUB as the whole body',
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: { type: 'object', properties: { file: Bytes }, required: ['file'] },
            },
            'application/epub+zip': { schema: Bytes },
          },
        },
      },
      responses: {
        200: answers(BookShape, 'The book that it already was.'),
        201: answers(BookShape, 'The new book.'),
        422: answers(ErrorShape, 'It cannot become a book; the reason is in Errata too.'),
        ...PROBLEMS,
      },
    }),
    async (c) => {
      if (!takesType(c, /^(?:multipart\/form-data|application\/epub\+zip)\b/i))
        throw new Problem('invalid', 'Send the EPUB as application/epub+zip, or as a form.')
      const received = await receiveFile(home, c.req.raw, { limit: FILE_LIMIT, name: 'book.epub' })
      const drop = { ...received, uploader: c.var.person.id, source: 'upload' }
      try {
        const { outcome, book } = await importFile(home, { ...drop, dispose: 'remove' })
        return c.json(await bookJson(home.db.read, book), outcome === 'added' ? 201 : 200)
      } catch (error) {
        // The call was understood; it is the file that will not do.
        if (error instanceof Problem && error.code === 'invalid')
          return c.json(problemBody(error.code, error.message), 422)
        throw error
      } finally {
        await rm(received.path, { force: true })
      }
    },
  )

  app.openapi(
    createRoute({
      method: 'put',
      path: '/books/{id}/cover',
      summary: 'Give a book another cover: a JPEG, PNG, GIF or WebP as the body',
      request: {
        params: IdParameter,
        body: { required: true, content: { 'image/*': { schema: Bytes } } },
      },
      responses: { 200: answers(BookShape, 'The book.'), ...PROBLEMS },
    }),
    async (c) => {
      const before = present(await bookById(home.db.read, c.req.valid('param').id))
      const book = await changeCover(home, before.id, await smallBody(c.req.raw))
      return c.json(await bookJson(home.db.read, book), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'put',
      path: '/books/{id}/cover/crop',
      summary: 'Choose which part of its picture a cover shows: 0, 0, 1 and 1 for all of it',
      request: { params: IdParameter, ...takes(CropShape) },
      responses: { 200: answers(BookShape, 'The book.'), ...PROBLEMS },
    }),
    async (c) => {
      const { id } = present(await bookById(home.db.read, c.req.valid('param').id))
      const book = await cropCover(home, id, c.req.valid('json'))
      return c.json(await bookJson(home.db.read, book), 200)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/books/{id}/file',
      summary: 'The file of a book as it is in the library',
      request: { params: IdParameter },
      responses: { 200: BinaryAnswer, ...PROBLEMS },
    }),
    async (c) => {
      const book = present(await bookById(home.db.read, c.req.valid('param').id))
      await refuseMissingFile(home, book)
      return serveFile(
        c.req.raw,
        {
          path: filePath(home, book),
          size: book.file.size,
          hash: book.file.hash,
          type: 'application/epub+zip',
          name: { title: book.title, extension: book.format === 'kepub' ? '.kepub.epub' : '.epub' },
        },
        { outgoing: c.env.outgoing },
      )
    },
  )

  return app
}

function takesType(c: Context, type: RegExp): boolean {
  return type.test(c.req.header('content-type') ?? '')
}

/** A body that is small enough to be held. */
async function smallBody(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > COVER_LIMIT)
      throw new Problem('too_large', `A cover may have at most ${COVER_LIMIT / 1_000_000} MB.`)
    chunks.push(chunk)
  }
  if (size === 0) throw new Problem('invalid', 'The body of this call holds no image.')
  return Buffer.concat(chunks)
}

async function refuseMissingFile(home: Home, book: Book): Promise<void> {
  try {
    if ((await stat(filePath(home, book))).size === book.file.size) return
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  throw new Problem('unavailable', 'The file of this book is not where the library keeps it.')
}
