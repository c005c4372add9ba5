import { expect, test } from 'vitest'
import type { Presence } from './inventory.store.ts'
import { readList, type ListContext } from './inventory.ts'

const AFTER_SYNC: ListContext = { afterSync: true, whileReading: false }
const listed: Presence = { state: 'held', file: true, listed: true }
const holdings = new Map<string, Presence>([
  ['alice', listed],
  ['emma', listed],
  ['gatsby', { state: 'held', file: false, listed: false }],
])

test.each<{ when: string; names: string[]; context: ListContext; news: string[] }>([
  { when: 'it names what is known', names: ['alice', 'emma'], context: AFTER_SYNC, news: [] },
  {
    when: 'it names one more',
    names: ['alice', 'emma', 'gatsby'],
    context: AFTER_SYNC,
    news: ['listed gatsby'],
  },
  {
    when: 'one is missing after a sync',
    names: ['alice', 'gatsby'],
    context: AFTER_SYNC,
    news: ['listed gatsby', 'unlisted emma'],
  },
  { when: 'it is about the book that is open', names: ['alice'], context: AFTER_SYNC, news: [] },
  {
    when: 'it comes before the sync is complete',
    names: ['alice', 'gatsby'],
    context: { ...AFTER_SYNC, afterSync: false },
    news: ['listed gatsby'],
  },
  {
    when: 'the reader just turned a page',
    names: ['alice', 'gatsby'],
    context: { ...AFTER_SYNC, whileReading: true },
    news: ['listed gatsby'],
  },
  { when: 'it is empty', names: [], context: AFTER_SYNC, news: [] },
])('a list tells only what is news: $when', ({ names, context, news }) => {
  const { facts } = readList(names, holdings, context)
  expect(facts.map((fact) => `${fact.kind} ${fact.book}`)).toEqual(news)
})
