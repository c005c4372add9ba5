import { describe, expect, test } from 'vitest'
import { JPEG, ONE_PAGE, opf, packageOf, xhtml } from './converted.ts'

const MARKED = '<item properties="cover-image" id="pic" href="a.jpg" media-type="image/jpeg"/>'

describe('the cover', () => {
  const { manifest, spine } = ONE_PAGE
  const named = '<meta name="cover" content="pic"/>'
  const page = '<item id="pic" href="cover.xhtml" media-type="application/xhtml+xml"/>'
  const shows = { 'cover.xhtml': xhtml('<svg><image xlink:href="a%2Ejpg"/></svg>') }
  const guide = '<guide><reference type="cover" href="cover.xhtml"/></guide>'
  test.each([
    ['named by its id', opf(manifest + JPEG, spine, named), MARKED, {}],
    [
      'with properties already',
      opf(manifest + JPEG.replace('/>', ' properties="svg foo"/>'), spine, named),
      JPEG.replace('/>', ' properties="svg foo cover-image"/>'),
      {},
    ],
    [
      'marked already',
      opf(manifest + MARKED + JPEG.replaceAll('a.jpg', 'b.jpg').replace('pic', 'cover'), spine),
      `${MARKED}<item id="cover" href="b.jpg" media-type="image/jpeg"/>`,
      {},
    ],
    [
      'named by its file',
      opf(manifest + JPEG, spine, '<meta name="cover" content="a.jpg"/>'),
      MARKED,
      {},
    ],
    [
      'shown on a page',
      opf(manifest + page + JPEG.replace('pic', 'p2'), spine, named),
      MARKED.replace('pic', 'p2'),
      shows,
    ],
    [
      'shown on the page of the guide',
      opf(manifest + page + JPEG.replace('pic', 'p2'), spine, '', guide),
      MARKED.replace('pic', 'p2'),
      shows,
    ],
    [
      'called cover',
      opf(manifest + JPEG.replace('pic', 'Cover_1'), spine),
      MARKED.replace('pic', 'Cover_1'),
      {},
    ],
    [
      'called cover by its file',
      opf(manifest + JPEG.replace('a.jpg', 'my-cover.jpg'), spine),
      MARKED.replace('a.jpg', 'my-cover.jpg'),
      {},
    ],
  ])('is marked when it is %s', async (_, text, wanted, files) => {
    expect(await packageOf(text, files)).toContain(wanted)
  })

  test.each([
    ['a page is called cover', opf(manifest.replace('"p"', '"cover"'), '<itemref idref="cover"/>')],
    ['an image is called otherwise', opf(manifest + JPEG, spine)],
  ])('is not made up when %s', async (_, text) => {
    expect(await packageOf(text)).not.toContain('cover-image')
  })
})
