/** A file as text in which every unit stands for the byte, or the two, that it was: nothing is lost by going there and back. */
export interface ConfText {
  /** Without the mark at the beginning. For a form of one byte each character is a byte, so that any encoding survives. */
  text: string
  form: Form
  /** Whether the file begins with a byte order mark. */
  marked: boolean
}

type Form = 'bytes' | 'utf-16le' | 'utf-16be'

/** Takes a file apart. Some editors save what they opened as UTF-16; the rest is ASCII with a few bytes beyond it. */
export function textOfConf(bytes: Uint8Array): ConfText {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf)
    return { text: fromBytes(bytes.subarray(3)), form: 'bytes', marked: true }
  // A lost half of a pair would be lost again: then it is no text, which its zeros tell.
  const even = bytes.length % 2 === 0
  if (even && first === 0xff && second === 0xfe)
    return { text: fromPairs(bytes.subarray(2), 'utf-16le'), form: 'utf-16le', marked: true }
  if (even && first === 0xfe && second === 0xff)
    return { text: fromPairs(bytes.subarray(2), 'utf-16be'), form: 'utf-16be', marked: true }
  const form = unmarkedForm(bytes)
  const text = form === 'bytes' ? fromBytes(bytes) : fromPairs(bytes, form)
  return { text, form, marked: false }
}

/** Puts a file together again. What was added to the text must be ASCII. */
export function bytesOfConf({ text, form, marked }: ConfText): Uint8Array<ArrayBuffer> {
  if (form === 'bytes') {
    const bytes = Uint8Array.from(text, (unit) => unit.charCodeAt(0))
    return marked ? joined(Uint8Array.of(0xef, 0xbb, 0xbf), bytes) : bytes
  }
  const whole = marked ? `\uFEFF${text}` : text
  const bytes = new Uint8Array(whole.length * 2)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < whole.length; at += 1)
    view.setUint16(at * 2, whole.charCodeAt(at), form === 'utf-16le')
  return bytes
}

/** An ASCII file in UTF-16 has a zero in every pair. */
function unmarkedForm(bytes: Uint8Array): Form {
  if (bytes.length < 2 || bytes.length % 2 !== 0) return 'bytes'
  if (bytes[0] === 0 && bytes[1] !== 0) return 'utf-16be'
  return bytes[0] !== 0 && bytes[1] === 0 ? 'utf-16le' : 'bytes'
}

function fromBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function fromPairs(bytes: Uint8Array, form: 'utf-16le' | 'utf-16be'): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let at = 0; at + 1 < bytes.length; at += 2)
    text += String.fromCharCode(view.getUint16(at, form === 'utf-16le'))
  return text
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
