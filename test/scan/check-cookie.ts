/** What is wrong with a cookie that an answer gives, in sentences. `isTls`: whether the answer came by https. */
export function faultsOfCookie(cookie: string, isTls: boolean): string[] {
  const [pair = '', ...told] = cookie.split(';').map((part) => part.trim())
  const name = pair.split('=')[0] ?? ''
  const has = (attribute: RegExp) => told.some((each) => attribute.test(each))
  const faults: string[] = []
  if (!has(/^httponly$/i)) faults.push('can be read by scripts')
  if (!has(/^samesite=(?:lax|strict)$/i)) faults.push('is sent by other sites')
  if (has(/^domain=/i)) faults.push('is sent to other hosts')
  if (!has(/^path=\/$/i)) faults.push('is not for the whole host')
  if (isTls && !has(/^secure$/i)) faults.push('is sent without encryption')
  if (isTls && !name.startsWith('__Host-')) faults.push('can be set by other hosts')
  if (!isTls && name.startsWith('__')) faults.push('is not taken without encryption')
  return faults.map((fault) => `${name} ${fault}`)
}
