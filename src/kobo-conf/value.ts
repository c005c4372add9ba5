/** The text that a value of Qt's INI format stands for: without quotation marks, escapes and the wrapping of bytes. */
export function readConfValue(raw: string): string {
  let read = ''
  for (let at = 0; at < raw.length; at += 1) {
    const unit = raw.charAt(at)
    if (unit === '"') continue
    if (unit !== '\\') {
      read += unit
      continue
    }
    at += 1
    const hexadecimal = /^x([\da-f]{1,4})/iu.exec(raw.slice(at))
    if (hexadecimal?.[1] !== undefined) {
      read += String.fromCharCode(Number.parseInt(hexadecimal[1], 16))
      at += hexadecimal[0].length - 1
    } else read += ESCAPES[raw.charAt(at)] ?? raw.charAt(at)
  }
  return /^@ByteArray\((.*)\)$/su.exec(read)?.[1] ?? read
}

/** An address as a value. Qt takes a comma for a list, and a semicolon for a comment, unless they are quoted. */
export function writeConfValue(address: string): string {
  return /[;,=]/u.test(address) ? `"${address}"` : address
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\n': '', '\r': '' }
