import { expect, test } from 'vitest'
import { sentOf, type Back, type Sent } from './sent.ts'

const json = (file: object): string => JSON.stringify({ files: [file] })

test.each<[what: string, back: Partial<Back>, outcome: Sent['outcome'], words: string]>([
  ['a book', { text: json({ outcome: 'added', title: 'Emma' }) }, 'added', 'Emma'],
  ['one that was there', { text: json({ outcome: 'known', title: 'Emma' }) }, 'known', 'Emma'],
  ['no book', { text: json({ outcome: 'failed', why: 'It is no EPUB.' }) }, 'failed', 'no EPUB'],
  ['a full disk', { text: json({ outcome: 'untaken', why: 'It is full.' }) }, 'untaken', 'full'],
  ['the page to sign in', { isSignIn: true, text: '<html>' }, 'untaken', 'Please sign in'],
  ['an old form', { status: 403, sentence: 'Open it anew.' }, 'untaken', 'Open it anew.'],
  ['a proxy in trouble', { status: 502, text: '<html>' }, 'untaken', 'add it again'],
  ['something else', { text: '<html>' }, 'untaken', 'add it again'],
])('after %s a file counts as what it is', (_, back, outcome, words) => {
  const sent = sentOf({ status: 200, isSignIn: false, text: '', sentence: undefined, ...back })
  expect(sent.outcome).toBe(outcome)
  expect('why' in sent ? sent.why : sent.title).toContain(words)
})
