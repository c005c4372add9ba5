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
  {
    seed: 23_000_015,
    wrong:
      'the owner took a download that came late, after a reset, for a sign that the Kobo had been reset before',
    schedule: {
      profiles: [8, 'harshest'],
      steps: [
        { do: 'sync', kobo: 0, rate: 0, seed: 244149, edit: null, once: null },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 541232,
          edit: { do: 'shelve', book: 4, at: 3 },
          once: { kind: 'twin-later', on: 'download' },
        },
        { do: 'factory reset', kobo: 0 },
        { do: 'sync', kobo: 1, rate: 0, seed: 549464, edit: null, once: null },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 470667,
          edit: null,
          once: { kind: 'postpone', on: 'library' },
        },
        { do: 'restore book', book: 4 },
        { do: 'lose token', kobo: 0 },
        { do: 'audit', copy: 'now', listing: true, day: 'too young', kobo: 0 },
        { do: 'answer' },
        { do: 'sync', kobo: 1, rate: 0, seed: 720391, edit: null, once: null },
      ],
    },
  },
  {
    seed: 40_001_219,
    wrong:
      'a book without the file that its Kobo believes in was called entitled, where nobody knew of a file since everything was to be sent again',
    schedule: {
      profiles: [1_000_000, 'harshest'],
      steps: [
        { do: 'shelve', book: 2 },
        { do: 'sync', kobo: 0, rate: 0, seed: 0, edit: null, once: null },
        { do: 'reset sync', kobo: 0 },
        { do: 'delete file', kobo: 0, book: 2 },
      ],
    },
  },
  {
    seed: 40_001_703,
    wrong:
      'books that a Kobo never had were to be removed from it, after it was called empty and came back with a backup',
    schedule: {
      profiles: [884_675, 333_849],
      steps: [
        { do: 'shelve', book: 0 },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
        { do: 'device snapshot', kobo: 1 },
        { do: 'sign out', kobo: 1 },
        { do: 'sync', kobo: 1, rate: 0, seed: 668_199, edit: null, once: null },
        { do: 'sync', kobo: 1, rate: 0, seed: 240_867, edit: null, once: null },
        { do: 'older database', kobo: 1 },
      ],
    },
  },
  {
    seed: 5_000_282,
    wrong:
      'an audit told of an orphan that a library which was put back does not know until it is healed',
    schedule: {
      profiles: [8, 7],
      steps: [
        { do: 'server snapshot' },
        { do: 'shelve', book: 1 },
        { do: 'sync', kobo: 1, rate: 0, seed: 52652, edit: null, once: null },
        { do: 'server rollback', renew: false },
        { do: 'audit', copy: 'now', listing: true, day: 'too young', kobo: 1 },
      ],
    },
  },
  {
    seed: 6_000_406,
    wrong:
      'an audit of a Kobo that was put back, and goes on with the page before, counted as older than that page',
    schedule: {
      profiles: [16, 'harshest'],
      steps: [
        { do: 'shelve', book: 2 },
        {
          do: 'sync',
          kobo: 1,
          rate: 0,
          seed: 544822,
          edit: null,
          once: { kind: 'cut-reply', on: 'download' },
        },
        { do: 'device snapshot', kobo: 1 },
        {
          do: 'sync',
          kobo: 1,
          rate: 0,
          seed: 583171,
          edit: { do: 'shelve', book: 1, at: 4 },
          once: null,
        },
        { do: 'sync', kobo: 1, rate: 0, seed: 5816, edit: null, once: null },
        { do: 'factory reset', kobo: 1 },
        { do: 'device restore', kobo: 1 },
      ],
    },
  },
  {
    seed: 80_001_149,
    wrong:
      'an audit found a book there that was to be sent again, and left it missing because its download was newer than the copy',
    schedule: {
      profiles: [7, 'harshest'],
      steps: [
        {
          do: 'sync',
          kobo: 1,
          rate: 6,
          seed: 196_151,
          edit: { do: 'shelve', book: 3, at: 3 },
          once: { kind: 'lose-reply', on: 'download' },
        },
        {
          do: 'sync',
          kobo: 1,
          rate: 0,
          seed: 261_461,
          edit: null,
          once: { kind: 'postpone', on: 'state' },
        },
        { do: 'reset sync', kobo: 1 },
        { do: 'audit', copy: 'now', listing: false, day: 'too young', kobo: 1 },
      ],
    },
  },
  {
    seed: 83_001_251,
    wrong:
      'a Kobo that was reset while it was paused was given a token of before, and believed when it brought that back',
    schedule: {
      profiles: ['harshest', 'gentlest'],
      steps: [
        { do: 'shelve', book: 2 },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
        { do: 'pause', kobo: 1 },
        { do: 'factory reset', kobo: 1 },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
      ],
    },
  },
  {
    seed: 83_001_431,
    wrong:
      'a removal that was told after the book had come again was expected to be known as one of before',
    schedule: {
      profiles: [628_504, 202_989],
      steps: [
        { do: 'shelve', book: 3 },
        { do: 'sync', kobo: 0, rate: 0, seed: 0, edit: null, once: null },
        { do: 'remove', kobo: 0, book: 3 },
        { do: 'sign out', kobo: 0 },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 670_705,
          edit: { do: 'rename', book: 0, at: 8 },
          once: { kind: 'postpone', on: 'removal' },
        },
      ],
    },
  },
  {
    seed: 111_002_152,
    wrong:
      'a sync that a late download came into was compared with what was foretold without it: the sync before had been too short for it',
    schedule: {
      profiles: [999988, 7],
      steps: [
        { do: 'sync', kobo: 0, rate: 0, seed: 504005, edit: null, once: null },
        { do: 'shelve', book: 2 },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
        { do: 'read', offline: false, kobo: 1, book: 2 },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 296493,
          edit: { do: 'rename', book: 5, at: 7 },
          once: { kind: 'twin-later', on: 'download' },
        },
      ],
    },
  },
  {
    seed: 122_001_047,
    wrong:
      'a book was expected to be known as removed, whose download came a second time minutes after it was removed',
    schedule: {
      profiles: ['harshest', 'harshest'],
      steps: [
        { do: 'shelve', book: 0 },
        {
          do: 'sync',
          kobo: 1,
          rate: 6,
          seed: 75261,
          edit: null,
          once: { kind: 'twin-later', on: 'download' },
        },
        { do: 'remove', kobo: 1, book: 0 },
      ],
    },
  },
  {
    seed: 130_000_041,
    wrong:
      'a book that was kept off was expected to be called an orphan as soon as an audit found it, and not when that was healed',
    schedule: {
      profiles: [1, 1],
      steps: [
        { do: 'shelve', book: 2 },
        { do: 'sync', kobo: 0, rate: 0, seed: 0, edit: null, once: null },
        { do: 'remove', kobo: 0, book: 2 },
        { do: 'reset sync', kobo: 0 },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 0,
          edit: null,
          once: { kind: 'postpone', on: 'removal' },
        },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 0,
          edit: { do: 'unshelve', book: 2, at: 4 },
          once: null,
        },
        {
          do: 'sync',
          kobo: 1,
          rate: 0,
          seed: 0,
          edit: { do: 'shelve', book: 3, at: 1 },
          once: null,
        },
      ],
    },
  },
  {
    seed: 143_000_360,
    wrong:
      'a book that a Kobo fetched, after it had stopped in the middle of its page, kept a row without words',
    schedule: {
      profiles: [600_856, 600_856],
      steps: [
        { do: 'shelve', book: 0 },
        { do: 'shelve', book: 1 },
        { do: 'shelve', book: 3 },
        {
          do: 'sync',
          kobo: 0,
          rate: 0,
          seed: 0,
          edit: null,
          once: { kind: 'crash-before-token', on: 'library' },
        },
        { do: 'tap', rate: 0, seed: 0, kobo: 0, book: 0 },
        { do: 'tap', rate: 0, seed: 0, kobo: 0, book: 1 },
        { do: 'tap', rate: 0, seed: 0, kobo: 0, book: 3 },
        {
          do: 'sync',
          kobo: 1,
          rate: 0,
          seed: 0,
          edit: null,
          once: { kind: 'crash-before-token', on: 'library' },
        },
        { do: 'tap', rate: 0, seed: 0, kobo: 1, book: 0 },
        { do: 'tap', rate: 0, seed: 0, kobo: 1, book: 1 },
        { do: 'tap', rate: 0, seed: 0, kobo: 1, book: 3 },
      ],
    },
  },
  {
    seed: 162_002_394,
    wrong:
      'a Kobo whose server was put back asked for a book whose file was being made anew, and was expected to get one',
    schedule: {
      profiles: [1, 1],
      steps: [
        { do: 'server snapshot' },
        { do: 'shelve', book: 2 },
        {
          do: 'sync',
          kobo: 1,
          rate: 6,
          seed: 432_369,
          edit: { do: 'shelve', book: 3, at: 4 },
          once: null,
        },
        { do: 'server rollback', renew: false },
        { do: 'shelve', book: 2 },
        { do: 'not ready', book: 2 },
        { do: 'sync', kobo: 1, rate: 0, seed: 0, edit: null, once: null },
      ],
    },
  },
]
