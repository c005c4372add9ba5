/** Programs by what their User-Agent says; the first that fits, since most say the names of others as well. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bKobo\b/i, 'the browser of a Kobo'],
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'an iPhone'],
  [/\biPad\b/, 'an iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'a Mac'],
  [/\bCrOS\b/, 'a Chromebook'],
  [/\bLinux\b/, 'Linux'],
]

/** What a browser is, in words such as “Firefox on Linux”, by what it says of itself. Nothing of the header is kept as it came. Pure. */
export function browserName(userAgent: string | undefined): string {
  const said = (userAgent ?? '').slice(0, 500)
  const program = PROGRAMS.find(([pattern]) => pattern.test(said))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(said))?.[1]
  if (program === undefined) return system === undefined ? 'a browser' : `a browser on ${system}`
  return system === undefined ? program : `${program} on ${system}`
}
