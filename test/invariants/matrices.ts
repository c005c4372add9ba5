/** What may befall a life beside a bad network, an owner's whims and a reader's. */
export type Mishap = 'amnesia' | 'restore' | 'rollback' | 'clocks' | 'machine' | 'sibling'

/** Each alone, and all at once. */
export const MATRICES = {
  plain: [],
  amnesia: ['amnesia'],
  restore: ['restore'],
  rollback: ['rollback'],
  clocks: ['clocks'],
  household: ['sibling', 'machine'],
  everything: ['amnesia', 'restore', 'rollback', 'clocks', 'machine', 'sibling'],
} as const satisfies Record<string, readonly Mishap[]>

export type Matrix = keyof typeof MATRICES

export const MATRIX_NAMES = Object.keys(MATRICES) as Matrix[]
