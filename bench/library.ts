import { openHouse } from './house.ts'
import { writeLargeLibrary } from './large-library.ts'
import { median, tableOf, type Figure } from './table.ts'

/** How many books there are, and how often each page is asked for. */
const BOOKS = 50_000
const TIMES = 60

/** What is asked for, and how long it may take at the 95th percentile, in ms. */
const ASKED: readonly (readonly [what: string, path: string, goal: number])[] = [
  ['the first page', '/books', 100],
  ['by arrival', '/books?order=newest', 100],
  ['unread', '/books?show=unread', 100],
  ['being read', '/books?show=reading', 100],
  ['finished', '/books?show=finished', 100],
  ['on no shelf', '/books?show=unshelved', 100],
  ['deleted, of which there are none', '/books?show=deleted', 100],
  ['a search for a beginning that half of all have', '/books?q=a', 50],
  ['a search for a word of a tenth', '/books?q=tide', 50],
  ['a search for two words', '/books?q=tide+har', 50],
  ['a search for an author', '/books?q=bront', 50],
  ['a search for one book', '/books?q=4711', 50],
  ['a search for none', '/books?q=zzz', 50],
]

/** How long the library of fifty thousand books takes to answer somebody who looks at it and searches it. */
export async function library(say: (line: string) => void): Promise<Figure[]> {
  let secret = ''
  say(`Writing ${BOOKS} books.`)
  const house = await openHouse(async (dataDir) => {
    secret = await writeLargeLibrary(dataDir, BOOKS)
  })
  const figures: Figure[] = []
  try {
    const headers = { cookie: `holdfast=${secret}` }
    for (const [what, path, goal] of ASKED) {
      const times: number[] = []
      let size = 0
      for (let n = 0; n < TIMES; n += 1) {
        const began = performance.now()
        size = (await house.page(path, headers)).length
        times.push(performance.now() - began)
      }
      const value = times.sort((one, other) => one - other)[Math.ceil(TIMES * 0.95) - 1] ?? NaN
      const figure = {
        what: `${what}, p95 (median ${Math.round(median(times))} ms, ${Math.round(size / 1000)} kB)`,
        value,
        unit: 'ms',
        goal,
      }
      figures.push(figure)
      say(tableOf([figure]).split('\n').slice(1, -1).join('\n'))
    }
    let path = '/books'
    const times: number[] = []
    for (let n = 0; n < TIMES; n += 1) {
      const began = performance.now()
      const html = await house.page(path, headers)
      times.push(performance.now() - began)
      const next = /<a rel="next" href="\.\/([^"]+)"/.exec(html)?.[1]
      if (next === undefined) break
      path = `/${next.replaceAll('&amp;', '&')}`
    }
    const value = times.sort((one, other) => one - other)[Math.ceil(times.length * 0.95) - 1] ?? NaN
    figures.push({
      what: `${times.length} pages one after the other, p95`,
      value,
      unit: 'ms',
      goal: 100,
    })
    const { now } = await house.memory()
    figures.push({ what: 'memory of the server after that', value: now / 1e6, unit: 'MB' })
    return figures
  } finally {
    await house.close()
  }
}
