import { z } from 'zod'
import { contentDisposition } from '../../artifacts/content-disposition.ts'
import type { Home } from '../../home.ts'
import { CONF_LIMIT, pointBack, pointTo } from '../../kobo-conf/edit.ts'
import { syncAddress } from '../../kobo-conf/sync-address.ts'
import { CONF_REFUSALS } from '../../kobo-conf/words.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import type { Page } from '../visit.ts'

const Asked = z.object({
  file: z.instanceof(File, { message: 'Please choose the file “Kobo eReader.conf”.' }),
  /** Without one the Kobo is given back to its store. */
  address: z.string().max(2000).optional(),
})

/** Gives a Kobo's configuration back with the address in it, or with that of Kobo's store. Nothing of it is kept. */
export function editConf(home: Home): Page {
  return async (c) => {
    await ownDevice(home.db.read, c.var.visit.person, c.req.param('id') ?? '')
    const read = Asked.safeParse(Object.fromEntries(await c.req.formData()))
    if (!read.success)
      throw new Problem('invalid', read.error.issues[0]?.message ?? 'This form could not be read.')
    const { file, address } = read.data
    if (file.size > CONF_LIMIT) throw new Problem('invalid', CONF_REFUSALS['too-large'])
    const bytes = new Uint8Array(await file.arrayBuffer())
    const edited = address === undefined ? pointBack(bytes) : pointTo(bytes, addressIn(address))
    if (typeof edited === 'string') throw new Problem('invalid', CONF_REFUSALS[edited])
    return c.body(edited.bytes, 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': contentDisposition('Kobo eReader', '.conf'),
    })
  }
}

function addressIn(text: string): string {
  const address = syncAddress(text)
  if (address === undefined) throw new Problem('invalid', 'That is no address of a server.')
  return address
}
