import { instantOf } from '../instants.ts'

/** Looks at one value and says what is wrong with it, one short clause for each fault. `at` names the value. */
export type Shape = (value: unknown, at: string) => string[]

export type Fields = Record<string, Shape>

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text, empty or not. */
export function text(value: unknown, at: string): string[] {
  return typeof value === 'string' ? [] : wrong(value, at, 'a text')
}

export function filledText(value: unknown, at: string): string[] {
  return typeof value === 'string' && value !== ''
    ? []
    : wrong(value, at, 'a text that is not empty')
}

export function boolean(value: unknown, at: string): string[] {
  return typeof value === 'boolean' ? [] : wrong(value, at, 'true or false')
}

export function number(value: unknown, at: string): string[] {
  return typeof value === 'number' ? [] : wrong(value, at, 'a number')
}

/** A number of bytes greater than zero. */
export function byteCount(value: unknown, at: string): string[] {
  return Number.isInteger(value) && Number(value) > 0 ? [] : wrong(value, at, 'a number of bytes')
}

export function percent(value: unknown, at: string): string[] {
  const fits = typeof value === 'number' && value >= 0 && value <= 100
  return fits ? [] : wrong(value, at, 'a number from 0 to 100')
}

export function timestamp(value: unknown, at: string): string[] {
  return instantOf(value) === undefined ? wrong(value, at, 'a timestamp') : []
}

export function anyObject(value: unknown, at: string): string[] {
  return isRecord(value) ? [] : wrong(value, at, 'an object')
}

export function oneOf(...allowed: string[]): Shape {
  return (value, at) =>
    typeof value === 'string' && allowed.includes(value)
      ? []
      : wrong(value, at, `one of ${allowed.join(', ')}`)
}

export function arrayOf(element: Shape): Shape {
  return (value, at) =>
    Array.isArray(value)
      ? value.flatMap((each: unknown, n) => element(each, `${at}[${n}]`))
      : wrong(value, at, 'an array')
}

/** An object with these fields; those of `optional` may be absent or null. Other fields are nobody's business. */
export function object(required: Fields, optional: Fields = {}): Shape {
  return (value, at) => {
    if (!isRecord(value)) return wrong(value, at, 'an object')
    const needed = Object.entries(required).flatMap(([name, shape]) =>
      shape(value[name], `${at}.${name}`),
    )
    const present = Object.entries(optional).filter(([name]) => (value[name] ?? null) !== null)
    return [...needed, ...present.flatMap(([name, shape]) => shape(value[name], `${at}.${name}`))]
  }
}

function wrong(value: unknown, at: string, expected: string): string[] {
  return [value === undefined ? `${at} is missing` : `${at} must be ${expected}`]
}
