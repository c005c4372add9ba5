import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { encoder } from '../encoder.ts'
import type { Home } from '../home.ts'
import { requestBase } from '../request-base.ts'
import { doAndForetell } from '../sync/foretell.ts'
import { previewOf, type Preview } from '../sync/preview.ts'
import { rehearseSync, type Wish } from '../sync/rehearse.ts'
import type { ApiEnv } from './context.ts'
import { ownDevice } from '../own-device.ts'

/** Whether what is wished is done, or is only told. */
export const PreviewQuery = z.object({
  preview: z.enum(['0', '1']).default('0').describe('1 only tells what would happen.'),
})

/** Does what somebody wants of the sync of their device `id`, or with `preview` only looks. Answers what the next sync will do. */
export async function fulfil(
  home: Home,
  c: Context<ApiEnv>,
  id: string,
  preview: '0' | '1',
  wish: Wish,
): Promise<Preview> {
  const device = await ownDevice(home.db.read, c.var.person, id)
  const encode = encoder(home, device, requestBase(home.config, c.req.raw.headers, c.env.incoming))
  const due =
    preview === '1'
      ? await rehearseSync(home, device, encode, wish)
      : await doAndForetell(home, device, encode, wish)
  return previewOf(home.db.read, device, due)
}
