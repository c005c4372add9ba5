/** The ISBN-13 or ISBN-10 that `text` holds, without hyphens, if its check digit is right; otherwise null. */
export function checkedIsbn(text: string): string | null {
  const digits = text
    .replace(/^\s*(?:urn:)?isbn(?:-1[03])?:?/iu, '')
    .replace(/[\s\u00AD\p{Pd}]/gu, '')
    .toUpperCase()
  if (/^97[89]\d{10}$/u.test(digits) && weighted(digits, thirteen) % 10 === 0) return digits
  if (/^\d{9}[\dX]$/u.test(digits) && weighted(digits, ten) % 11 === 0) return digits
  return null
}

function weighted(digits: string, weight: (index: number) => number): number {
  return digits
    .split('')
    .reduce((sum, digit, index) => sum + weight(index) * (digit === 'X' ? 10 : Number(digit)), 0)
}

function thirteen(index: number): number {
  return index % 2 === 0 ? 1 : 3
}

function ten(index: number): number {
  return 10 - index
}
