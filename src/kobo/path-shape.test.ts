import { expect, test } from 'vitest'
import { pathShape } from './path-shape.ts'

test.each([
  ['v1/user/loyalty/redeem', 'v1/user/loyalty/redeem'],
  ['v3/products/6b1f2c3d-0000-5000-8000-000000000001/notes', 'v3/products/{id}/notes'],
  ['v1/things/0RDTATJQNHSQ0', 'v1/things/{id}'],
  ['v1/things/a%20title', 'v1/things/{id}'],
  [`v1/${'x'.repeat(60)}`, 'v1/{id}'],
])('%s is of the kind %s', (path, shape) => {
  expect(pathShape(path)).toBe(shape)
})
