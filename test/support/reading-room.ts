import sharp from 'sharp'
import type { HouseKobo } from './kobo-at.ts'
import { auditOf } from './audit-of.ts'
import { atSync } from './fault-at.ts'
import { openScene, type Scene } from './scene.ts'

/** A house as somebody has it after some months: books with and without covers, three shelves, and two Kobos that know some of them. */
export type ReadingRoom = { scene: Scene; libra: HouseKobo; clara: HouseKobo }

type Volume = {
  title: string
  author: string
  cover?: string
  language?: string
  series?: { name: string; index: number }
  about?: string
}

const EMMA =
  '&lt;p&gt;Emma Woodhouse, handsome, clever, and rich, with a comfortable home and happy disposition, seemed to unite some of the best blessings of existence; and had lived nearly twenty-one years in the world with very little to distress or vex her.&lt;/p&gt;&lt;p&gt;She was the youngest of the two daughters of a most affectionate, indulgent father; and had, in consequence of her sister’s marriage, been mistress of his house from a very early period. Published in &lt;i&gt;1815&lt;/i&gt;.&lt;/p&gt;'

const VOLUMES: readonly Volume[] = [
  { title: 'Emma', author: 'Jane Austen', cover: '#31506a', about: EMMA },
  { title: 'Persuasion', author: 'Jane Austen', cover: '#7a3b3b' },
  { title: 'Middlemarch', author: 'George Eliot', cover: '#47603f' },
  { title: 'The Mill on the Floss', author: 'George Eliot' },
  { title: 'Villette', author: 'Charlotte Brontë', cover: '#54446b' },
  { title: 'The Tenant of Wildfell Hall', author: 'Anne Brontë' },
  { title: 'Wuthering Heights', author: 'Emily Brontë', cover: '#2c2c34' },
  {
    title: 'A Study in Scarlet',
    author: 'Arthur Conan Doyle',
    cover: '#8c2f2a',
    series: { name: 'Sherlock Holmes', index: 1 },
  },
  {
    title: 'The Sign of the Four',
    author: 'Arthur Conan Doyle',
    cover: '#b98a3c',
    series: { name: 'Sherlock Holmes', index: 2 },
  },
  { title: 'Die Leiden des jungen Werther', author: 'Johann Wolfgang von Goethe', language: 'de' },
  { title: 'Der Schimmelreiter', author: 'Theodor Storm', cover: '#3d6a75', language: 'de' },
  { title: 'À rebours', author: 'Joris-Karl Huysmans', cover: '#6a5a2c', language: 'fr' },
  { title: 'Les Misérables', author: 'Victor Hugo', language: 'fr' },
  {
    title: 'The Strange Case of Dr Jekyll and Mr Hyde, and Other Tales of Terror by the Same Hand',
    author: 'Robert Louis Stevenson',
  },
  { title: 'Treasure Island', author: 'Robert Louis Stevenson', cover: '#1f6b6b' },
  { title: 'Moby-Dick; or, The Whale', author: 'Herman Melville', cover: '#42576b' },
  { title: 'Przygody Łukasza', author: 'Zofia Żółkiewska', language: 'pl' },
  { title: 'The War of the Worlds', author: 'H. G. Wells', cover: '#76402a' },
  { title: 'The Time Machine', author: 'H. G. Wells' },
  { title: 'Walden', author: 'Henry David Thoreau', cover: '#5d6b3a' },
  { title: 'Dracula', author: 'Bram Stoker', cover: '#4b1f1f' },
  { title: 'Cranford', author: 'Elizabeth Gaskell' },
  { title: 'North and South', author: 'Elizabeth Gaskell', cover: '#6b6256' },
  { title: 'The Moonstone', author: 'Wilkie Collins', cover: '#b0a070' },
  { title: 'Lady Audley’s Secret', author: 'Mary Elizabeth Braddon', cover: '#835b74' },
  { title: 'Kim', author: 'Rudyard Kipling' },
  { title: 'Three Men in a Boat', author: 'Jerome K. Jerome', cover: '#4f7f9b' },
  { title: 'The Picture of Dorian Gray', author: 'Oscar Wilde', cover: '#3a3f2c' },
]

const HOUR = 60 * 60_000

/** Opens such a house. The caller closes the scene and the Kobos. */
export async function openReadingRoom(): Promise<ReadingRoom> {
  const scene = await openScene([])
  const { house } = scene
  for (const volume of VOLUMES) {
    await scene.bring(volume.title, {
      authors: [volume.author],
      language: volume.language ?? 'en',
      ...(volume.series && { series: volume.series }),
      ...(volume.cover !== undefined && { cover: await printedCover(volume) }),
      extraMetadata: `<dc:publisher>Harbour Press</dc:publisher><dc:date>1897</dc:date>${volume.about === undefined ? '' : `<dc:description>${volume.about}</dc:description>`}`,
    })
    house.advance(HOUR)
  }
  await scene.shelve(...VOLUMES.slice(0, 9).map(({ title }) => title))
  const holidays = VOLUMES.slice(6, 20).map(({ title }) => scene.id(title))
  await house.shelf('Holidays', holidays)
  await house.shelf('Later', [])
  await house.settled()
  const libra = await scene.kobo({
    name: 'Anna’s Libra',
    switches: { model: 'Kobo Libra 2', platformId: '00000000-0000-0000-0000-000000000388' },
  })
  const clara = await scene.kobo({ name: 'Clara', shelves: [scene.shelf] })
  await scene.sync(libra)
  await libra.downloadAll()
  for (const [title, percent] of [
    ['Emma', 34],
    ['Middlemarch', 71],
    ['Treasure Island', 8],
  ] as const) {
    house.advance(60 * HOUR)
    await libra.close(scene.id(title), { percent, minutes: 40 })
    await scene.sync(libra)
  }
  await scene.shelve('Kim')
  await libra.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
  await scene.later(26 * HOUR)
  await scene.sync(libra)
  await scene.sync(clara)
  // What the Libra lost is found by its own database, and what its reader removed on the Clara stays off that.
  libra.loseRows([scene.id('Persuasion')])
  await auditOf(scene.house, libra)
  clara.remove(scene.id('Villette'))
  await scene.sync(clara)
  await scene.shelve('Cranford', 'Walden', 'Dracula')
  await house.api('POST', '/books', Buffer.from('no book at all'))
  await scene.later(2 * HOUR)
  return { scene, libra, clara }
}

/** A cover that looks printed: a colour, a frame, and the words. */
function printedCover({ title, author, cover = '#444444' }: Volume): Promise<Buffer> {
  const words = title.split(' ')
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 11)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  const text = lines
    .map((line, index) => `<text x="300" y="${250 + index * 78}" font-size="68">${line}</text>`)
    .join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="900"><rect width="600" height="900" fill="${cover}"/><rect x="36" y="36" width="528" height="828" fill="none" stroke="#f4ead2" stroke-width="5"/><g fill="#f4ead2" text-anchor="middle" font-family="serif">${text}<text x="300" y="790" font-size="36">${author}</text></g></svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer()
}
