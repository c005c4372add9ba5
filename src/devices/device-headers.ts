/** What a request says of the Kobo that makes it. */
export type DeviceHeaders = {
  /** x-kobo-deviceid, in lower case; undefined on first contact and from anything that is no Kobo. */
  hardwareId: string | undefined
  model: string | undefined
  firmware: string | undefined
  platform: string | undefined
}

/** Reads the headers that a Kobo sends with nearly every call (docs/protocol/first-contact.md). Odd values count as absent. */
export function readDeviceHeaders(headers: Pick<Headers, 'get'>): DeviceHeaders {
  const hardwareId = headers.get('x-kobo-deviceid')?.trim().toLowerCase()
  return {
    hardwareId: hardwareId && /^[\w.-]{1,128}$/.test(hardwareId) ? hardwareId : undefined,
    model: line(headers.get('x-kobo-devicemodel')),
    firmware: line(headers.get('x-kobo-appversion')) ?? firmwareOf(headers.get('user-agent')),
    platform: line(headers.get('x-kobo-platformid')),
  }
}

/** Firmware as the end of the user agent has it: `(Kobo Touch 0376/4.28.18220)`. */
function firmwareOf(userAgent: string | null): string | undefined {
  return /\(Kobo [^()/]{1,40}\/(\d[\d.]{1,30})\)/.exec(userAgent ?? '')?.[1]
}

function line(text: string | null): string | undefined {
  const clean = text?.replaceAll(/[^\P{C}]/gu, '').trim()
  return clean && clean.length <= 80 ? clean : undefined
}
