import type { House } from './house.ts'

/** Counts from 1, for each house anew: so that no test depends on which came before. */
export function countPerHouse(): (house: House) => number {
  const counted = new WeakMap<House, number>()
  return (house) => {
    const next = (counted.get(house) ?? 0) + 1
    counted.set(house, next)
    return next
  }
}
