import { createHash } from 'node:crypto'
import { makeCover, makeEpub } from '../test/support/make-epub.ts'

/** A file that is fed to the server, and what must become of it. */
export type MadeDrop = {
  /** Its name, perhaps in a folder. */
  name: string
  bytes: Buffer
  /** SHA-256 of the bytes. */
  hash: string
  /** A word of the title by which it is found; null for a file that is no book. */
  word: string | null
  /** SHA-256 of its cover, where it has one. */
  cover: string | null
}

/**
 * A mixed folder: good books, half of them with covers, some in folders; the same bytes under other names; books that share author
 * and title; and files that are no books. Another edition has other bytes, but for the empty file.
 */
export async function makeDrops(edition: string): Promise<MadeDrop[]> {
  const good: MadeDrop[] = []
  for (let number = 0; number < GOOD; number += 1) good.push(await goodDrop(edition, number))
  const twins = await Promise.all([0, 1].map((seed) => twin(edition, seed)))
  const again = good
    .slice(0, 5)
    .map((drop, index) => ({ ...drop, name: `again/${edition} copy ${index}.epub` }))
  const whole = good[1]?.bytes ?? Buffer.alloc(0)
  const refused = [
    noBook(`${edition} cut short.epub`, whole.subarray(0, whole.length - 40)),
    noBook(`${edition} notes.epub`, Buffer.from(`These are notes of ${edition}.`)),
    noBook(`${edition} empty.epub`, Buffer.alloc(0)),
  ]
  return mixed([...good, ...twins, ...again, ...refused])
}

/** The SHA-256 of some bytes, hexadecimal. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const GOOD = 28

const COVERS = Promise.all([0, 1, 2, 3].map((seed) => makeCover(seed)))

async function goodDrop(edition: string, number: number): Promise<MadeDrop> {
  const word = `word${edition}n${number}`
  const picture = (await COVERS)[number % 4]
  // What follows the end of a JPEG is not drawn, but makes it another file.
  const cover =
    picture && number % 2 === 0 ? Buffer.concat([picture, Buffer.from(word)]) : undefined
  const bytes = await makeEpub({
    title: `The ${word} Über Книга 本`,
    authors: [`Author ${number % 7}`, 'Another Lady'],
    ...(cover && { cover }),
    ...(number % 3 === 0 && { series: { name: `Series ${number % 5}`, index: number } }),
    kepub: number % 10 === 9,
    version: number % 4 === 3 ? 2 : 3,
    seed: word,
    // A few are long enough to be killed in the middle of.
    ...(number % 6 === 5 && { files: { 'OEBPS/extra.jpg': noise(word, 1_500_000) } }),
  })
  const folder = number % 5 === 4 ? `folder ${number % 3}/` : ''
  return {
    name: `${folder}${edition} ${number}.epub`,
    bytes,
    hash: sha256(bytes),
    word,
    cover: cover ? sha256(cover) : null,
  }
}

/** One of two books that want the same place in the library. */
async function twin(edition: string, seed: number): Promise<MadeDrop> {
  const word = `twin${edition}`
  const bytes = await makeEpub({ title: `The ${word}`, authors: ['Castor'], seed })
  return { name: `${edition} twin ${seed}.epub`, bytes, hash: sha256(bytes), word, cover: null }
}

function noBook(name: string, bytes: Buffer): MadeDrop {
  return { name, bytes, hash: sha256(bytes), word: null, cover: null }
}

/** Bytes that cannot be compressed and are the same for the same seed. */
function noise(seed: string, size: number): Buffer {
  const block = createHash('shake256', { outputLength: 4096 }).update(seed).digest()
  const bytes = Buffer.alloc(size, block)
  bytes.write(seed, 0)
  return bytes
}

/** In an order that is neither that of the names nor that of the kinds, and always the same. */
function mixed(drops: MadeDrop[]): MadeDrop[] {
  return drops
    .map((drop, index) => ({ drop, place: sha256(Buffer.from(`${index} ${drop.name}`)) }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ drop }) => drop)
}
