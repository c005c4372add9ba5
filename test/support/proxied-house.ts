import { freePort } from './free-port.ts'
import { openHouse, type House, type HouseOptions } from './house.ts'
import { startNginx, type Nginx } from './nginx.ts'

/** A house behind a real nginx, which is called by another name and below a path, and ends the encryption. */
export type ProxiedHouse = { house: House; nginx: Nginx; close(): Promise<void> }

/** What the world calls a proxied house. The name leads nowhere; requests to it go to nginx. */
export const PUBLIC_URL = 'https://books.example.org/shelf'

/** Opens a house with nginx in front of it. The caller closes both with `close`. */
export async function openProxiedHouse(options: HouseOptions = {}): Promise<ProxiedHouse> {
  const house = await openHouse({ publicUrl: PUBLIC_URL, ...options })
  try {
    const nginx = await startNginx({ port: await freePort(), upstream: house.url })
    return {
      house,
      nginx,
      async close() {
        await nginx.close()
        await house.close()
      },
    }
  } catch (error) {
    await house.close()
    throw error
  }
}
