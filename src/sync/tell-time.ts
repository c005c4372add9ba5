/** Says when something was: `at` in epoch ms. `after`: what was said just before, so that its day is not said again. */
export type TellTime = (at: number, after?: number) => string

const DAY = 86_400_000

/**
 * A way to say times as people do, seen from `now` (epoch ms) in a time zone such as `Europe/Berlin`: “today 21:14”, “yesterday
 * 21:14”, “Saturday 21:14” within a week, “22 November 21:14”, and with its year another year. Pure: the zone is not the machine's.
 */
export function tellTimes(now: number, timeZone: string): TellTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const read = (at: number): Record<string, string> =>
    Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const dayOf = (parts: Record<string, string>): string =>
    `${parts['day']} ${parts['month']} ${parts['year']}`
  const today = read(now)
  const yesterday = read(now - DAY)
  return (at, after) => {
    const parts = read(at)
    const day = dayOf(parts)
    const time = `${parts['hour']}:${parts['minute']}`
    if (after !== undefined && dayOf(read(after)) === day) return `at ${time}`
    if (day === dayOf(today)) return `today ${time}`
    if (day === dayOf(yesterday)) return `yesterday ${time}`
    if (at < now && now - at < 6 * DAY) return `${parts['weekday']} ${time}`
    const isThisYear = parts['year'] === today['year']
    return `${parts['day']} ${parts['month']} ${isThisYear ? '' : `${parts['year']} `}${time}`
  }
}
