import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldAnnotations, readAnnotationPatch } from './annotation-set.ts'
import { rawElements, rawMembers } from './raw-json.ts'

function update(...annotations: string[]): string {
  return `{"updatedAnnotations": [ ${annotations.join(' , ')} ]}`
}

function remove(...ids: string[]): string {
  return JSON.stringify({ deletedAnnotationIds: ids })
}

describe('a set of annotations', () => {
  test('keeps every annotation to the byte', () => {
    const odd =
      '{"id":"a", "n":1.50,"s":"}],\\"\\u00e9","location":{"span":{"startPath":"span#kobo\\\\.62\\\\.1"}}}'
    expect(foldAnnotations([update(odd)]).annotations).toEqual([odd])
  })

  test('grows by what each PATCH tells', () => {
    const bodies = [update('{"id":"a"}'), update('{"id":"b"}', '{"id":"c"}')]
    expect(foldAnnotations(bodies).annotations).toEqual(['{"id":"a"}', '{"id":"b"}', '{"id":"c"}'])
  })

  test('forgets what was deleted, until it is told of again', () => {
    const bodies = [update('{"id":"a"}', '{"id":"b"}'), remove('a')]
    expect(foldAnnotations(bodies)).toEqual({ annotations: ['{"id":"b"}'], deleted: ['a'] })
    expect(foldAnnotations([...bodies, update('{"id":"a","v":2}')])).toEqual({
      annotations: ['{"id":"b"}', '{"id":"a","v":2}'],
      deleted: [],
    })
  })

  test('has the later version of each, also when an earlier PATCH comes twice', () => {
    const early = '{"id":"a","clientLastModifiedUtc":"2026-01-01T00:00:00Z"}'
    const late = '{"id":"a","clientLastModifiedUtc":"2026-01-02T00:00:00Z"}'
    expect(foldAnnotations([update(early), update(late), update(early)]).annotations).toEqual([
      late,
    ])
    expect(foldAnnotations([update('{"id":"a","v":1}'), update('{"id":"a","v":2}')])).toMatchObject(
      {
        annotations: ['{"id":"a","v":2}'],
      },
    )
  })

  test.each([
    '',
    'not json',
    '[]',
    'null',
    '7',
    '{"updatedAnnotations":7}',
    '{"updatedAnnotations":[1,{}]}',
  ])('is not disturbed by the body %j', (body) => {
    expect(foldAnnotations([update('{"id":"a"}'), body]).annotations).toEqual(['{"id":"a"}'])
  })
})

test('a PATCH says when its annotations were made', () => {
  const body = update('{"id":"a","clientLastModifiedUtc":"2026-01-01T00:00:01Z"}')
  expect(readAnnotationPatch(body)?.updated[0]?.at).toBe(Date.UTC(2026, 0, 1, 0, 0, 1))
})

test('the pieces of any JSON are what a parser finds, however it is spaced', () => {
  fc.assert(
    fc.property(fc.array(fc.json()), fc.constantFrom(0, 2), (elements, space) => {
      const values = elements.map((text): unknown => JSON.parse(text))
      const raw = rawElements(JSON.stringify(values, null, space))
      expect(raw.map((text): unknown => JSON.parse(text))).toEqual(values)
    }),
  )
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(0, 2),
      (object, space) => {
        const raw = rawMembers(JSON.stringify(object, null, space))
        const found = [...raw].map(([key, text]) => [key, JSON.parse(text) as unknown])
        expect(Object.fromEntries(found)).toEqual(JSON.parse(JSON.stringify(object)))
      },
    ),
  )
})
