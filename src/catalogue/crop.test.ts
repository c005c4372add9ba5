import { describe, expect, test } from 'vitest'
import { moveEdges, type Edges, type Grip } from './crop-edges.ts'
import {
  coverVersion,
  cropOfEdges,
  cropToShape,
  edgesOf,
  firstCrop,
  pixelsOf,
  toCrop,
  type Crop,
} from './crop.ts'

const crop = (left: number, top: number, width: number, height: number): Crop => ({
  left,
  top,
  width,
  height,
})
const edges = (left: number, top: number, right: number, bottom: number): Edges => ({
  left,
  top,
  right,
  bottom,
})

test.each([
  ['a quarter', crop(0.5, 0.5, 0.5, 0.5), crop(0.5, 0.5, 0.5, 0.5)],
  ['the whole picture', crop(0, 0, 1, 1), null],
  ['nearly the whole picture', crop(0.00001, 0, 0.99998, 1), null],
  ['more digits than are kept', crop(1 / 3, 0, 1 / 3, 1), crop(0.3333, 0, 0.3334, 1)],
  ['sums that are not exact', crop(0.1, 0.7, 0.2, 0.3), crop(0.1, 0.7, 0.2, 0.3)],
  ['the least', crop(0.95, 0, 0.05, 0.05), crop(0.95, 0, 0.05, 0.05)],
])('%s is kept as a crop', (_, asked, kept) => {
  expect(toCrop(asked)).toEqual(kept)
})

test.each([
  ['to the left', crop(-0.1, 0, 0.5, 1), /within the picture/],
  ['upwards', crop(0, -0.0001, 1, 0.5), /within the picture/],
  ['to the right', crop(0.6, 0, 0.5, 1), /within the picture/],
  ['downwards', crop(0, 0.5, 1, 0.6), /within the picture/],
  ['nowhere', crop(Number.NaN, 0, 1, 1), /within the picture/],
  ['without end', crop(0, 0, Number.POSITIVE_INFINITY, 1), /within the picture/],
  ['over too little of its width', crop(0, 0, 0.0499, 1), /at least 5 %/],
  ['over too little of its height', crop(0, 0.5, 1, 0), /at least 5 %/],
  ['backwards', crop(0.5, 0, -0.2, 1), /at least 5 %/],
])('a crop that reaches %s is refused', (_, asked, sentence) => {
  expect(() => toCrop(asked)).toThrow(sentence)
})

test.each([
  [edges(10, 20, 30, 0), crop(0.1, 0.2, 0.6, 0.8)],
  [edges(0, 0, 0, 0), null],
  [edges(12.34, 0, 0, 5.5), crop(0.1234, 0, 0.8766, 0.945)],
])('what is cut off and what is left over tell the same', (cutOff, left) => {
  expect(cropOfEdges(cutOff)).toEqual(left)
  expect(edgesOf(left)).toEqual(cutOff)
})

test.each([
  [crop(0.25, 0.5, 0.5, 0.5), { width: 600, height: 800 }, crop(150, 400, 300, 400)],
  [crop(0.3333, 0, 0.3334, 1), { width: 100, height: 1 }, crop(33, 0, 34, 1)],
  [crop(0.95, 0.95, 0.05, 0.05), { width: 3, height: 1 }, crop(2, 0, 1, 1)],
  [crop(0.5, 0, 0.05, 1), { width: 3, height: 1 }, crop(2, 0, 1, 1)],
])('a crop is at least a pixel, and never beside the picture', (part, size, pixels) => {
  expect(pixelsOf(part, size)).toEqual(pixels)
})

test.each([
  ['a book', { width: 600, height: 900 }, null],
  ['a square', { width: 800, height: 800 }, crop(0.075, 0, 0.85, 1)],
  ['a strip', { width: 100, height: 400 }, crop(0, 0.2727, 1, 0.4546)],
  ['a line', { width: 4000, height: 10 }, null],
])('a picture with the shape of %s begins as its middle', (_, size, first) => {
  expect(firstCrop(size)).toEqual(first)
})

test.each([
  ['wide', { width: 900, height: 600 }, crop(0.2778, 0, 0.4444, 1)],
  ['high', { width: 600, height: 1200 }, crop(0, 0.125, 1, 0.75)],
  ['two to three already', { width: 400, height: 600 }, null],
])('of a picture that is %s, the largest middle of two to three is found', (_, size, middle) => {
  expect(cropToShape(2 / 3, size)).toEqual(middle)
})

describe('a frame that is dragged', () => {
  const ALL = ['left', 'top', 'right', 'bottom'] as const
  const from = edges(10, 20, 30, 40)
  test.each<[string, Grip, number, number, Edges]>([
    ['by its left edge', ['left'], 5, 50, edges(15, 20, 30, 40)],
    ['by its right edge', ['right'], 5, 0, edges(10, 20, 25, 40)],
    ['by its top', ['top'], 9, -5, edges(10, 15, 30, 40)],
    ['by its bottom', ['bottom'], 0, -5, edges(10, 20, 30, 45)],
    ['by a corner', ['left', 'top'], -5, 5, edges(5, 25, 30, 40)],
    ['out of the picture', ['left', 'top'], -50, -50, edges(0, 0, 30, 40)],
    ['over its other edge', ['right'], -90, 0, edges(10, 20, 85, 40)],
    ['as a whole', ALL, 5.5, -5, edges(15.5, 15, 24.5, 45)],
    ['as a whole, out of the picture', ALL, 90, -90, edges(40, 0, 0, 60)],
  ])('%s', (_, grip, across, down, to) => {
    expect(moveEdges(from, grip, across, down)).toEqual(to)
  })
})

test('each crop of a picture is a version of its own, and the whole picture keeps its name', () => {
  const hash = 'ab'.repeat(32)
  const versions = [null, crop(0, 0, 0.5, 1), crop(0, 0, 1, 0.5), crop(0.5, 0, 0.5, 1)].map(
    (part) => coverVersion({ hash, crop: part }),
  )
  expect(versions[0]).toBe(hash)
  expect(new Set(versions).size).toBe(4)
  for (const version of versions) expect(version).toMatch(/^[\da-f]{64}$/)
  expect(coverVersion({ hash, crop: crop(0, 0, 0.5, 1) })).toBe(versions[1])
})
