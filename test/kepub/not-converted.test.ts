import { describe, expect, test } from 'vitest'
import { book, converted, ONE_PAGE, opf, PAGE } from './converted.ts'

describe('a book that is not converted', () => {
  test('is the same, byte for byte, when it was a KEPUB', async () => {
    const first = await converted(
      book({ 'content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine), ...PAGE }),
    )
    const again = await converted(first.bytes)
    expect(again.conversion.kind).toBe('passed-through')
    expect(again.bytes.equals(first.bytes)).toBe(true)
    expect(again.conversion.documents.map(({ spans }) => spans)).toEqual(
      first.conversion.documents.map(({ spans }) => spans),
    )
  })

  test('is the same, byte for byte, when its layout is fixed', async () => {
    const source = book({
      'content.opf': opf(
        ONE_PAGE.manifest,
        ONE_PAGE.spine,
        '<meta name="fixed-layout" content="true"/>',
      ),
      ...PAGE,
    })
    const { conversion, bytes } = await converted(source)
    expect(conversion.kind).toBe('fixed-layout')
    expect(bytes.equals(source)).toBe(true)
  })
})
