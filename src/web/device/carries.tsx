import { z } from 'zod'
import type { Shelf } from '../../shelves/shelf.ts'

/** The fields of a form that says what a Kobo carries. */
export const CARRIED = {
  carries: z.enum(['all', 'chosen']).default('all'),
  shelf: z.array(z.string().max(64)).max(1000).default([]),
}

/** The ids of the shelves that were chosen; null is every shelf, also future ones. */
export function carriedIn(asked: { carries: 'all' | 'chosen'; shelf: string[] }): string[] | null {
  return asked.carries === 'all' ? null : asked.shelf
}

/** Which shelves a Kobo takes along. */
export function Carries({ shelves, carried }: { shelves: Shelf[]; carried: string[] | null }) {
  return (
    <fieldset>
      <legend>What does it take along?</legend>
      <p class="tick">
        <input
          type="radio"
          id="carries-all"
          name="carries"
          value="all"
          checked={carried === null}
        />{' '}
        <label for="carries-all">Every shelf of mine, also those to come</label>
      </p>
      <p class="tick">
        <input
          type="radio"
          id="carries-chosen"
          name="carries"
          value="chosen"
          checked={carried !== null}
        />{' '}
        <label for="carries-chosen">
          {shelves.length === 0 ? 'Nothing for now: there is no shelf yet' : 'Only these'}
        </label>
      </p>
      {shelves.map(({ id, name }) => (
        <p class="tick within">
          <input
            type="checkbox"
            id={`shelf-${id}`}
            name="shelf"
            value={id}
            checked={carried?.includes(id) ?? false}
          />{' '}
          <label for={`shelf-${id}`}>{name}</label>
        </p>
      ))}
    </fieldset>
  )
}
