import { join } from 'node:path'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { readCopy, type Snapshot } from './audit.ts'
import { firmwareIn } from './firmware.ts'
import { DATABASE } from './kobo-names.ts'
import { withPrivateFolder } from './private-copy.ts'
import { Listing, TakenAt, type ReadSnapshot } from './reading.ts'
import { receiveAudit, type AuditFields } from './receive-audit.ts'

/**
 * What a request carries of a device: its database, as the whole body or in a form, and what lies beside it. `asked` is when it was
 * copied (epoch ms), where the form does not say. Throws as `receiveAudit` and `readCopy`.
 */
export async function uploadedSnapshot(
  home: Home,
  request: Request,
  asked: number | undefined,
): Promise<Snapshot> {
  return withPrivateFolder(home, async (folder) => {
    const fields = await receiveAudit(request, folder)
    const { listing, takenAt } = readFields(fields)
    const reading = await readCopy(home, join(folder, DATABASE))
    const firmware = fields.version === undefined ? null : firmwareIn(fields.version)
    return { reading, listing, takenAt: takenAt ?? asked ?? null, firmware }
  })
}

/** What somebody else read of a device, such as a browser. `asked` as above. */
export function snapshotOf(read: ReadSnapshot, asked: number | undefined): Snapshot {
  const { kepub, takenAt, firmware, ...reading } = read
  return { reading, listing: kepub, takenAt: takenAt ?? asked ?? null, firmware }
}

function readFields({ kepub, takenAt }: AuditFields) {
  const taken = takenAt === undefined || takenAt === '' ? null : Number(takenAt)
  if (taken !== null && !TakenAt.safeParse(taken).success)
    throw new Problem('invalid', 'takenAt: say when it was copied in epoch ms.')
  return { listing: kepub === undefined ? null : readListing(kepub), takenAt: taken }
}

function readListing(text: string): Listing {
  const told = parsed(text)
  const listing = Listing.safeParse(told)
  if (!listing.success)
    throw new Problem(
      'invalid',
      'kepub: list the files of .kobo/kepub as JSON, each as {name, size}.',
    )
  return listing.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
