/**
 * The instant (epoch ms) of a W3C date such as `1898`, `1898-05`, `1898-05-21` or a full timestamp; what is left out
 * is its first moment, and a time without a zone is UTC. Null for anything else, and for the year 101 that calibre
 * writes when it knows no date.
 */
export function parseInstant(text: string): number | null {
  const groups = W3C_DATE.exec(text.trim())?.groups
  if (groups === undefined) return null
  const part = (name: string, otherwise: number) => Number(groups[name] ?? otherwise)
  const year = part('year', 0)
  const month = part('month', 1)
  const day = part('day', 1)
  const [hour, minute, second] = [part('hour', 0), part('minute', 0), part('second', 0)]
  if (year <= CALIBRE_UNKNOWN_YEAR || hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second))
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const sign = groups['sign'] === '-' ? -1 : 1
  return date.getTime() - sign * (part('offsetHour', 0) * 60 + part('offsetMinute', 0)) * 60_000
}

const CALIBRE_UNKNOWN_YEAR = 101

const W3C_DATE =
  /^(?<year>\d{4})(?:-(?<month>\d\d?)(?:-(?<day>\d\d?)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?\s*(?:Z|(?<sign>[+-])(?<offsetHour>\d\d):?(?<offsetMinute>\d\d))?)?)?)?$/iu
