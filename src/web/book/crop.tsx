import { z } from 'zod'
import { cropCover, pictured, pictureSize, type Pictured } from '../../catalogue/crop-cover.ts'
import type { Edges } from '../../catalogue/crop-edges.ts'
import { cropOfEdges, cropToShape, edgesOf, type Crop, type Size } from '../../catalogue/crop.ts'
import type { Home } from '../../home.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { CroppedPicture, WholePicture } from './cropped-picture.tsx'
import { bookOf } from './find.ts'

const NO_PERCENTAGE = 'How much is cut off is a number of percent, such as 10 or 2.5.'

/** How much is cut off at a side, in percent; nothing where nothing is said. */
const CutOff = z
  .string()
  .trim()
  .default('')
  .transform((text) => text.replace(',', '.'))
  .pipe(z.string().regex(/^(?:\d{0,3}(?:\.\d{1,6})?|\d{1,3}\.)$/, NO_PERCENTAGE))
  .transform(Number)

const Sides = z.object({ left: CutOff, right: CutOff, top: CutOff, bottom: CutOff })

const Told = Sides.extend({
  do: z.enum(['keep', 'look', 'book', 'whole']),
  picture: z.string().max(64).default(''),
})

/** Two to three, as most books are. */
const BOOK_SHAPE = 2 / 3

/** The whole picture of a cover, and which part of it is shown: the one that is kept, or one that is only looked at. */
export function showCrop(home: Home): Page {
  return async (c) => {
    const book = pictured(await bookOf(home, c.req.param('id')))
    const size = await pictureSize(home, book)
    const asked = readQuery(c, Sides)
    const isLookedAt = Object.keys(asked).some((side) => c.req.query(side) !== undefined)
    const crop = isLookedAt ? cropOfEdges(asked) : book.cover.crop
    return c.html(<CropPage visit={c.var.visit} book={book} size={size} crop={crop} />)
  }
}

/** Keeps a crop, or shows one first. */
export function takeCrop(home: Home): Page {
  return async (c) => {
    const { root } = c.var.visit
    const { do: wish, picture, ...edges } = await readForm(c, Told)
    const book = pictured(await bookOf(home, c.req.param('id')))
    const { id } = book
    if (wish === 'keep' || wish === 'whole') {
      await cropCover(home, id, wish === 'whole' ? null : cropOfEdges(edges), picture)
      return c.redirect(link(root, 'bookPage', { id }, { done: 'cropped' }), 303)
    }
    const crop =
      wish === 'book' ? cropToShape(BOOK_SHAPE, await pictureSize(home, book)) : cropOfEdges(edges)
    return c.redirect(link(root, 'cropPage', { id }, asQuery(edgesOf(crop))), 303)
  }
}

function asQuery({ left, right, top, bottom }: Edges): Record<string, string> {
  return {
    left: String(left),
    right: String(right),
    top: String(top),
    bottom: String(bottom),
  }
}

function CropPage(props: { visit: Visit; book: Pictured; size: Size; crop: Crop | null }) {
  const { visit, book, size, crop } = props
  const { root } = visit
  const { id, title } = book
  const back = link(root, 'bookPage', { id })
  const edges = edgesOf(crop)
  const picture = link(
    root,
    'coverImage',
    { id, width: '960' },
    { whole: '1', v: book.cover.hash.slice(0, 12) },
  )
  return (
    <Layout title={`Crop the cover of ${title}`} root={root} visit={visit} here="books">
      <h1>Crop the cover</h1>
      <p class="lead">
        <a href={back}>{title}</a>
      </p>
      <Form visit={visit} action={link(root, 'cropCover', { id })} class="fields">
        <input type="hidden" name="picture" value={book.cover.hash.slice(0, 12)} />
        <div class="pictures">
          <WholePicture picture={picture} size={size} crop={crop} />
          <CroppedPicture picture={picture} size={size} crop={crop} />
        </div>
        <fieldset>
          <legend>Cut off, in percent of the picture</legend>
          <div class="row sides">
            <Side name="left" label="Left" edges={edges} />
            <Side name="right" label="Right" edges={edges} />
            <Side name="top" label="Top" edges={edges} />
            <Side name="bottom" label="Bottom" edges={edges} />
          </div>
        </fieldset>
        <p class="row">
          <button class="first" name="do" value="keep">
            Keep this crop
          </button>
          <button name="do" value="look">
            Look
          </button>
          <button name="do" value="book">
            As a book, 2 to 3
          </button>
          <button name="do" value="whole">
            Show all of it
          </button>
          <a class="tall" href={back}>
            Leave it as it is
          </a>
        </p>
        <p class="soft">The picture itself stays as it is, and can be cropped anew at any time.</p>
      </Form>
      <script type="module" src={link(root, 'script', { '*': 'web/browser/crop-page.js' })} />
    </Layout>
  )
}

function Side({ name, label, edges }: { name: keyof Edges; label: string; edges: Edges }) {
  return (
    <p>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="number"
        min="0"
        max="95"
        step="any"
        value={String(edges[name])}
      />
    </p>
  )
}
