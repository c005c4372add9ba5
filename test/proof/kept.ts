import type { Schedule } from './step.ts'

/** Schedules that once failed, as short as they could be made, with the seed that found each and what was wrong. */
export const KEPT: readonly { seed: number; wrong: string; schedule: Schedule }[] = [
  {
    seed: 2_000_473,
    wrong: 'a download that came late, after a reset, was taken for a sign of life of the library',
    schedule: {
      profiles: [999_997, 336_425],
      steps: [
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 1_000_000,
          edit: { do: 'shelve', book: 1, at: 3 },
          once: { kind: 'twin-later', on: 'download' },
        },
        { do: 'factory reset', kobo: 0 },
      ],
    },
  },
]
