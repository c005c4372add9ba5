/** The firmware in a `.kobo/version`: the third of its parts. The first is a serial number and is let go. */
export function firmwareIn(text: string): string | null {
  const firmware = text.split(',')[2]?.trim() ?? ''
  return /^[\w.-]{1,40}$/.test(firmware) ? firmware : null
}
