import { closeSync, fstatSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { convertOne, finished } from '../../src/kepub/convert-one.ts'
import { windowOf } from '../../src/kepub/file-window.ts'
import { takeSecondThread } from '../../src/kepub/second-thread.ts'
import type { SecondThread } from '../../src/kepub/second-thread.ts'
import { packResults, unpackResults } from '../../src/kepub/share.ts'
import { openZip } from '../../src/kepub/zip-read.ts'
import { book, converted, inFolder, opf, xhtml } from './converted.ts'

/** Pages of every kind: well-formed and not, with images, with spans already, long, without text, and one that cannot be converted. */
const PAGES = Array.from({ length: 300 }, (_, index) => pageOf(index))

describe.runIf(availableParallelism() > 1)('a book of many documents', () => {
  test('comes out of two threads as it comes out of one', async () => {
    const free = await secondThread()
    const byOne = await converted(bigBook())
    free.release()
    const byTwo = await converted(bigBook())
    expect(byTwo.bytes.equals(byOne.bytes)).toBe(true)
    expect(byTwo.conversion).toEqual(byOne.conversion)
    expect(byTwo.conversion.warnings).toEqual([expect.stringContaining('page-13.xhtml')])
  })

  test('is converted alone while another book has the second thread', async () => {
    const mine = await secondThread()
    expect(takeSecondThread()).toBeUndefined()
    mine.release()
    const again = takeSecondThread()
    expect(again).toBeDefined()
    again?.release()
  })

  test('hears of a bug in the second thread, which goes on', async () => {
    await inFolder(async (folder) => {
      const { fd, size, tasks } = await openTasks(folder)
      const second = await secondThread()
      try {
        await expect(second.convert({ fd: 1_000_000, size, tasks })).rejects.toThrow('EBADF')
        const [first, then] = await Promise.all([
          second.convert({ fd, size, tasks }),
          second.convert({ fd, size, tasks: tasks.slice(0, 1) }),
        ])
        expect([first.length, then.length]).toEqual([PAGES.length, 1])
        expect(then[0]).toEqual(first[0])
      } finally {
        second.release()
        closeSync(fd)
      }
    })
  })
})

test('results come back from being packed as they were', async () => {
  await inFolder(async (folder) => {
    const { fd, size, tasks } = await openTasks(folder)
    const file = windowOf(fd, size)
    const results = await Promise.all(
      tasks.map(async (task) => await finished(convertOne({ file }, task))),
    )
    closeSync(fd)
    expect(results.some(({ spans }) => spans.images.length > 0)).toBe(true)
    expect(results.some(({ written }) => written === undefined)).toBe(true)
    expect(unpackResults(packResults(results), tasks)).toEqual(results)
  })
})

async function secondThread(): Promise<SecondThread> {
  for (;;) {
    const second = takeSecondThread()
    if (second !== undefined) return second
    await pause(5)
  }
}

async function openTasks(folder: string) {
  const path = join(folder, 'book.epub')
  await writeFile(path, bigBook())
  const fd = openSync(path, 'r')
  const size = fstatSync(fd).size
  const entries = openZip(windowOf(fd, size)).entries.filter(({ name }) => name.startsWith('page-'))
  return { fd, size, tasks: entries.map((entry) => ({ entry, fixed: false, path: entry.name })) }
}

function pageOf(index: number): string | Buffer {
  if (index === 13) return Buffer.alloc(300, Buffer.from([7, 1, 0, 200, 255, 3]))
  if (index === 14) return xhtml('')
  if (index === 15)
    return xhtml('<p>Alice was <i>beginning</i> to get very tired. </p>'.repeat(400))
  const image = index % 3 === 0 ? '<img src="a.png" alt=""/>' : ''
  const open = index % 10 === 7 ? '<p>Not <b>well. <p>Formed & <br> all.' : ''
  return xhtml(`<p>Page ${index}. Down the Rabbit-Hole; “oh dear!”</p>${image}${open}`)
}

function bigBook(): Buffer {
  const names = PAGES.map((_, index) => `page-${index}.xhtml`)
  const manifest = names.map(
    (name, index) => `<item id="p${index}" href="${name}" media-type="application/xhtml+xml"/>`,
  )
  const spine = names.map((_, index) => `<itemref idref="p${index}"/>`)
  return book({
    'content.opf': opf(manifest.join(''), spine.join('')),
    ...Object.fromEntries(names.map((name, index) => [name, PAGES[index] ?? ''])),
  })
}
