import { z } from '@hono/zod-openapi'
import { STANDINGS } from '../audit/standing.ts'

const At = z.number().int().describe('Epoch ms.')

/** An audit in a list, as the API tells of it. */
export const BriefShape = z
  .object({
    id: z.string(),
    at: At,
    copiedAt: At.nullable().describe('When the database was copied; null where nobody knows.'),
    summary: z.string().describe('Such as “10 of 12 confirmed, 22 November”.'),
    confirmed: z.number().int(),
    expected: z.number().int(),
  })
  .openapi('AuditBrief')

const Found = z.array(
  z.object({
    bookId: z.string(),
    title: z.string(),
    highlights: z.number().int().describe('On the Kobo.'),
    unsaved: z
      .boolean()
      .describe('Some of them are not stored here, so that fetching the book anew may cost them.'),
    settles: z.boolean().describe('The next sync puts it right by itself.'),
  }),
)

/** An audit with what it found, as the API tells of it. */
export const AuditShape = BriefShape.extend({
  salvaged: z.boolean().describe('The database was damaged; a part of it was not read.'),
  firmware: z.string().nullable(),
  foreignBooks: z
    .number()
    .int()
    .describe('In its library, and not of this server. They are left alone.'),
  classes: z.object({
    ok: Found.describe('There, with the file that it was sent.'),
    entitledOnly: Found.describe('In the library, not downloaded.'),
    lost: Found.describe('It took the book, and has it no more.'),
    removedRow: Found.describe('It marked the book as removed.'),
    fileMissing: Found.describe('It believes to have the file, and has not.'),
    staleFile: Found.describe('Its file is an older one.'),
    orphan: Found.describe('There, and not wanted there.'),
    foreign: Found.describe(
      'Always empty: nothing of such books leaves the database but their number.',
    ),
    duplicate: Found.describe('There is also a sideloaded book with its title and authors.'),
    newerOnDevice: Found.describe(
      'It was read further there, or has highlights that are not here.',
    ),
    unread: Found.describe('In the damaged part, or lost.'),
    outdated: z
      .array(Found.element.extend({ standing: z.enum(STANDINGS) }))
      .describe('Something came after the copy was made that is newer than what it says.'),
  }),
}).openapi('Audit')
