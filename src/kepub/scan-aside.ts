import type { Scan } from './scan.ts'

/** Goes past a comment or a processing instruction. False for one that HTML and XML end at different places. */
export function scanAside(scan: Scan): boolean {
  const { text, at } = scan
  const comment = text.startsWith('<!--', at)
  if (!comment && !text.startsWith('<?', at)) return false
  const end = comment ? commentEnd(text, at + 4) : instructionEnd(text, at)
  if (end === undefined || CONTROL.test(text.slice(at, end))) return false
  scan.at = end
  return true
}

const CONTROL = /[\0-\u0008\u000B\u000C\u000E-\u001F]/u

function commentEnd(text: string, from: number): number | undefined {
  const close = text.indexOf('--', from)
  if (close === -1 || text[close + 2] !== '>') return undefined
  return text[from] === '>' || text.startsWith('->', from) ? undefined : close + 3
}

function instructionEnd(text: string, at: number): number | undefined {
  const close = text.indexOf('>', at)
  if (close === -1 || text[close - 1] !== '?' || close < at + 4) return undefined
  const [target] = /^<\?[A-Za-z_][-.\w]*(?=[\t\n ?])/u.exec(text.slice(at, at + 60)) ?? []
  return target === undefined || /^<\?xml$/iu.test(target) ? undefined : close + 1
}
