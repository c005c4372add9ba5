import { expect, test } from 'vitest'
import { checkedIsbn } from './isbn.ts'

test.each([
  ['978-0-306-40615-7', '9780306406157'],
  ['urn:isbn:9780306406157', '9780306406157'],
  ['ISBN-13: 978 0 306 40615 7', '9780306406157'],
  ['0-306-40615-2', '0306406152'],
  ['0-8044-2957-x', '080442957X'],
])('%s is the ISBN %s', (text, isbn) => {
  expect(checkedIsbn(text)).toBe(isbn)
})

test.each(['9780306406158', '0306406153', '9770306406157', '978030640615', 'X306406152', ''])(
  '“%s” is no ISBN',
  (text) => {
    expect(checkedIsbn(text)).toBeNull()
  },
)
