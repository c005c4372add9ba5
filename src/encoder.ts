import type { Device } from './devices/device.ts'
import { mediaKey } from './devices/media-key.ts'
import type { Home } from './home.ts'
import { downloadUrl } from './kobo/urls.ts'
import { encodeOperation } from './kobo/wire/encode-operation.ts'
import type { Encode } from './sync/words.ts'

/** Puts operations for a device into the words of the wire. `base` begins the addresses in them. */
export function encoder(home: Home, device: Device, base: string): Encode {
  return (operation, { book, artifact, state, mediaNumber }) => {
    const url =
      artifact &&
      downloadUrl(base, mediaKey(home.key, device.id, mediaNumber), book.id, artifact.hash)
    return JSON.stringify(encodeOperation(operation, { book, artifact, state, downloadUrl: url }))
  }
}
