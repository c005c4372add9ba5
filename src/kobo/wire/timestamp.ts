/** An instant (epoch ms) as it is sent to a Kobo: whole seconds and Z, the form that Kobos themselves write. */
export function formatTimestamp(instant: number): string {
  return new Date(Math.min(Math.max(instant, FIRST), LAST)).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/**
 * The instant (epoch ms) of a timestamp as stores, servers and Kobos write them: a date, or a date and a time with up to
 * nine decimals and Z, an offset or nothing (then it is UTC). Undefined for anything else, and for days that do not exist.
 */
export function parseTimestamp(text: string): number | undefined {
  const found = PATTERN.exec(text.trim())?.groups
  if (!found) return undefined
  const { day = '', time = '00:00', seconds = ':00', decimals = '', zone = 'Z' } = found
  const whole = Date.parse(`${day}T${time}${seconds}Z`)
  const offset = offsetOf(zone)
  if (Number.isNaN(whole) || offset === undefined) return undefined
  if (!new Date(whole).toISOString().startsWith(day)) return undefined
  return whole - offset + Number(decimals.slice(0, 3).padEnd(3, '0'))
}

const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59Z')

const PATTERN =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d)(?<seconds>:\d\d)?(?:\.(?<decimals>\d{1,9}))?)?(?<zone>Z|[+-]\d\d:?\d\d)?$/i

/** How far a zone is ahead of UTC, in ms. */
function offsetOf(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
