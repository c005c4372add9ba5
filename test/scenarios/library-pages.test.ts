import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { attribute, below, elementsOf, faultsOf, wordsOf } from '../support/html.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { makeCover, makeEpub } from '../support/make-epub.ts'
import { readOnly } from '../support/mount.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let anna: Browser
beforeEach(async () => {
  scene = await openScene()
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** The titles of the books that the page lists, in their order. */
function titles(): string[] {
  return elementsOf(anna.shown.html)
    .filter((each) => ['covers', 'lines'].includes(attribute(each, 'class') ?? ''))
    .flatMap(below)
    .filter((each) => attribute(each, 'class') === 'title')
    .map(wordsOf)
}

async function add(...files: [name: string, bytes: Buffer][]): Promise<void> {
  const parts = new FormData()
  for (const [name, bytes] of files) parts.append('file', new Blob([new Uint8Array(bytes)]), name)
  await anna.go('/books')
  await anna.upload('Add them', parts)
}

test('an empty library says how books come to it', async () => {
  const { words } = anna
  expect(words).toContain(
    'Your library is empty. Drop an EPUB anywhere on this page, or put files in',
  )
  expect(faultsOf(anna.shown.html)).toEqual([])
  const byScript = elementsOf(anna.shown.html).filter((each) =>
    attribute(each, 'class')?.split(' ').includes('by-script'),
  )
  // What lies there comes by itself, also where no script runs.
  const inbox = `${scene.house.dataDir}/inbox`
  expect(words).toContain(inbox)
  expect(byScript.map(wordsOf).join(' ')).not.toContain(inbox)
})

test('somebody whose books reach no Kobo yet reads what comes next', async () => {
  await add(['emma.epub', await makeEpub({ title: 'Emma' })])
  expect(anna.words).toContain('Next: connect a Kobo')
  expect(faultsOf(anna.shown.html)).toEqual([])
  await scene.house.device('Libra')
  await anna.go('/books')
  await anna.follow('choose books')
  expect(anna.words).toContain('Put them on')
  const { items } = (await scene.house.api<{ items: { id: string }[] }>('GET', '/books')).body
  await scene.house.shelf('Sofa', [items[0]?.id ?? ''])
  await anna.go('/books')
  expect(anna.words).not.toContain('Next:')
})

test('many files of one form become books, and what is none does not keep the others', async () => {
  const emma = await makeEpub({ title: 'Emma', authors: ['Jane Austen'] })
  await add(['emma.epub', emma], ['spoilt.epub', Buffer.from('no book')], ['again.epub', emma])
  expect(anna.words).toContain('One book added, one was already there.')
  expect(anna.words).toContain('One file could not become a book: see Errata')
  expect(titles()).toEqual(['Emma'])
  await anna.go('/errata')
  expect(anna.words).toContain('“spoilt.epub” could not be imported.')
  await add(['1.epub', Buffer.from('no book 1')], ['2.epub', Buffer.from('no book 2')])
  expect(anna.words).toContain('2 files could not become books: see Errata')
})

test('what comes at a bad time is not told as failed, and leads to no Errata', async () => {
  const emma = await makeEpub({ title: 'Emma' })
  await add(['emma.epub', emma])
  const makeWritable = readOnly(join(scene.house.dataDir, 'library'))
  try {
    const kim = await makeEpub({ title: 'Kim', seed: 'kim' })
    await add(['kim.epub', kim])
    expect(anna.words).toContain('read-only')
    await add(['kim.epub', kim], ['emma.epub', emma], ['spoilt.epub', Buffer.from('no book')])
    expect(anna.words).toContain('One book was already there.')
    expect(anna.words).toContain('One file could not become a book: see Errata')
    expect(anna.words).toContain('One file was not taken just now. Please add it again later.')
    const parts = new FormData()
    parts.append('file', new Blob([new Uint8Array(kim)]), 'kim.epub')
    const answer = await fetch(new URL(anna.form('Add them').action, anna.shown.url), {
      method: 'POST',
      body: parts,
      headers: { accept: 'application/json', cookie: anna.cookie, origin: scene.house.url },
    })
    expect(await answer.json()).toMatchObject({ files: [{ outcome: 'untaken' }] })
  } finally {
    makeWritable()
  }
  await anna.go('/errata')
  expect(anna.words).toContain('spoilt.epub')
  expect(anna.words).not.toContain('kim.epub')
})

test('titles are in order without their articles and accents, each by its language', async () => {
  for (const [title, language] of [
    ['The Zebra', 'en'],
    ['An Apple', 'en'],
    ['Élan', 'fr'],
    ['Der Berg', 'de'],
    ['Die Hard', 'en'],
    ['Émile', 'fr'],
  ] as const)
    await scene.bring(title, { language })
  await anna.go('/books')
  expect(titles()).toEqual(['An Apple', 'Der Berg', 'Die Hard', 'Élan', 'Émile', 'The Zebra'])
  expect(faultsOf(anna.shown.html)).toEqual([])
})

test('paging neither repeats nor leaves out a book while others arrive and go', async () => {
  for (let n = 0; n < 60; n++) await scene.bring(`Book ${String(n).padStart(2, '0')}`)
  for (const order of ['title', 'newest']) {
    await anna.go(`/books?order=${order}`)
    const first = titles()
    await scene.bring(`Book 00, ${order}`)
    await scene.bring(`Zebra, ${order}`)
    await anna.follow('Further books')
    const all = [...first, ...titles()]
    expect(all.filter((title) => /^Book \d\d$/.test(title)).length).toBe(60)
    expect(new Set(all).size).toBe(all.length)
  }
}, 60_000)

test('books are filtered by what their reader did with them', async () => {
  await scene.shelve('Emma', 'Persuasion')
  await scene.bring('Villette')
  const kobo = await scene.kobo({ name: 'Libra' })
  await scene.sync(kobo)
  await kobo.downloadAll()
  await kobo.close(scene.id('Emma'), { percent: 34, minutes: 10 })
  await scene.sync(kobo)
  const shown = async (words: string): Promise<string[]> => {
    await anna.go('/books')
    await anna.follow(words)
    expect(faultsOf(anna.shown.html)).toEqual([])
    return titles()
  }
  expect(await shown('Being read')).toEqual(['Emma'])
  expect(await shown('Unread')).toEqual(['Persuasion', 'Villette'])
  expect(await shown('On no shelf')).toEqual(['Villette'])
  expect(await shown('Finished')).toEqual([])
  expect(anna.words).toContain('Nothing was finished yet.')
  await anna.go('/books')
  expect(anna.words).toMatch(/Reading now (?:Emma A\. Writer ){2}At 34 % on Libra, today/)
  const ben = openBrowser(scene.house.url)
  await scene.house.person('Ben')
  await ben.signIn('Ben')
  expect(ben.words).not.toContain('Reading now')
})

test('several books are put on a shelf, and deleted after that was told', async () => {
  await scene.bring('Emma')
  await scene.bring('Persuasion')
  await scene.bring('Villette')
  const book = [scene.id('Emma'), scene.id('Villette')]
  await anna.go('/books?choose=1')
  expect(faultsOf(anna.shown.html)).toEqual([])
  await anna.press('Shelve', { book, shelf: scene.shelf })
  expect(anna.words).toContain('2 books put on the shelf.')
  await anna.go('/books?choose=1')
  await anna.press('Delete…', { book })
  expect(anna.words).toContain('Delete 2 books?')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect((await scene.house.api(`GET`, `/books/${book[0]}`)).status).toBe(200)
  await anna.press('Yes, delete')
  expect(anna.words).toContain('2 books deleted.')
  expect(titles()).toEqual(['Persuasion'])
  await anna.go('/books?show=deleted&choose=1')
  await anna.press('Bring them back', { book })
  await anna.go('/books')
  expect(titles()).toEqual(['Emma', 'Persuasion', 'Villette'])
})

test('nobody deletes what others brought, unless they own the server', async () => {
  await scene.bring('Emma')
  await scene.house.person('Ben')
  const ben = openBrowser(scene.house.url)
  await ben.signIn('Ben')
  await ben.go('/books?choose=1')
  await ben.press('Delete…', { book: scene.id('Emma') })
  expect(ben.shown.status).toBe(403)
  expect(ben.words).toContain('Nothing was changed.')
})

test('a book that is edited is renamed on the disk, and only what devices display counts', async () => {
  const id = await scene.bring('Emma', { authors: ['Jane Austen'] })
  await anna.go(`/books/${id}/edit`)
  expect(faultsOf(anna.shown.html)).toEqual([])
  const said = { title: 'Emma', authors: 'Jane Austen', language: 'en', subjects: 'Novels, Love' }
  await anna.press('Keep the changes', { ...said, description: '<p>Clever.</p><script>x</script>' })
  expect(anna.words).toContain('The changes are kept.')
  expect(anna.words).toContain('Novels · Love')
  expect(anna.shown.html).toContain('<p>Clever.</p>')
  expect(anna.shown.html).not.toContain('<script>x')
  const library = join(scene.house.dataDir, 'library')
  expect(existsSync(join(library, 'Jane Austen', 'Emma.epub'))).toBe(true)

  await anna.go(`/books/${id}/edit`)
  await anna.press('Keep the changes', { ...said, title: 'Emma: A Novel', authors: 'J. Austen' })
  expect(anna.words).toContain('J. Austen/Emma - A Novel.epub')
  expect(readdirSync(library)).toEqual(['J. Austen'])
  const { body } = await scene.house.api<{ metaRev: number; fileRev: number }>(
    'GET',
    `/books/${id}`,
  )
  expect(body).toMatchObject({ metaRev: 3, fileRev: 1 })
  expect(readdirSync(join(scene.house.dataDir, 'staging'))).toEqual([])

  await anna.go(`/books/${id}/edit`)
  await anna.press('Keep the changes', { ...said, isbn: '123' })
  expect(anna.shown.status).toBe(400)
  expect(anna.words).toContain('“123” is not a valid ISBN.')
})

test('a cover is given out in our sizes, kept for ever by its version, and replaced by one that is cropped', async () => {
  const id = await scene.bring('Emma', { cover: await makeCover('one') })
  const coverOf = () =>
    elementsOf(anna.shown.html).find((each) => attribute(each, 'class') === 'cover')
  await anna.go(`/books/${id}`)
  const before = attribute(coverOf() ?? fail(), 'src') ?? ''
  expect((await anna.go(before)).headers.get('cache-control')).toContain('immutable')
  await anna.go(`/books/${id}/cover/481`)
  expect(anna.shown.status).toBe(404)

  await anna.go(`/books/${id}/edit`)
  const wide = await sharp({
    create: { width: 900, height: 600, channels: 3, background: '#336699' },
  })
    .png()
    .toBuffer()
  const parts = new FormData()
  parts.append('image', new Blob([new Uint8Array(wide)]), 'wide.png')
  await anna.upload('Change the cover', parts)
  expect(anna.words).toContain('It has another cover.')
  const after = attribute(coverOf() ?? fail(), 'src') ?? ''
  expect(after).not.toBe(before)
  const image = await fetch(new URL(after, anna.shown.url), { headers: { cookie: anna.cookie } })
  const { width, height } = await sharp(Buffer.from(await image.arrayBuffer())).metadata()
  expect(width / height).toBeCloseTo(0.85, 2)

  const spoilt = new FormData()
  spoilt.append('image', new Blob(['no image']), 'no.png')
  await anna.go(`/books/${id}/edit`)
  await anna.upload('Change the cover', spoilt)
  expect(anna.shown.status).toBe(400)
  expect(anna.words).toContain('A cover must be a JPEG, PNG, GIF or WebP image.')
})

test('a book without a cover gets one of type, in which nothing of its words is markup', async () => {
  await scene.bring('<script>&amp;', { authors: ['<b>'] })
  await anna.go('/books')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.shown.html).toContain('class="cover typeset"')
  expect(anna.shown.html).not.toContain('<script>&amp;amp;')
})

function fail(): never {
  throw new Error('There is no cover.')
}

test('the library is searched, and tells of books that are on no shelf too', async () => {
  for (const title of ['Persuasion', 'Unshelved']) await scene.bring(title)
  await scene.shelve('Persuasion')
  await anna.follow('Library')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('Unshelved A. Writer')
  await anna.go('/books?q=pers')
  expect(anna.words).toContain('Persuasion')
  expect(anna.words).not.toContain('Unshelved')
  await anna.go('/books?q=%3Cscript%3E')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('No book matches.')
})
