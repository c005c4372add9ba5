import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { receiveFile } from './receive-file.ts'

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(() => home.close())

const wish = { limit: 100_000, name: 'book.epub' }
const post = (body: NonNullable<RequestInit['body']>, type?: string) =>
  new Request('http://holdfast.test/', {
    method: 'POST',
    body,
    duplex: 'half',
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })
const formOf = (field: string, bytes: number, name: string) => {
  const form = new FormData()
  form.append('about', 'some words')
  form.append(field, new Blob([new Uint8Array(bytes).fill(7)]), name)
  return post(form)
}
const left = () => readdir(home.config.staging)

test('a body and the file of a form arrive whole, each with a name', async () => {
  const raw = await receiveFile(
    home,
    post(new Uint8Array(90_000).fill(7), 'application/epub+zip'),
    wish,
  )
  expect(raw.name).toBe('book.epub')
  const part = await receiveFile(home, formOf('file', 90_000, 'Überfahrt.epub'), wish)
  expect(part.name).toBe('Überfahrt.epub')
  expect(await readFile(part.path)).toEqual(await readFile(raw.path))
})

test('a name never leads to another folder', async () => {
  const { name } = await receiveFile(home, formOf('file', 10, '../../etc/passwd'), wish)
  expect(name).toBe('passwd')
})

test('more than the limit is refused, announced or not, and nothing of it stays', async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(40_000)),
  })
  const refused = { code: 'too_large' }
  await expect(
    receiveFile(home, post(endless, 'application/epub+zip'), wish),
  ).rejects.toMatchObject(refused)
  await expect(receiveFile(home, formOf('file', 100_001, 'x.epub'), wish)).rejects.toMatchObject(
    refused,
  )
  expect(await left()).toEqual([])
})

test('a form without the file and an upload that breaks off are the sender’s fault', async () => {
  const fault = { code: 'invalid' }
  await expect(receiveFile(home, formOf('other', 10, 'x.epub'), wish)).rejects.toMatchObject(fault)
  const cut = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nhalf'
  await expect(
    receiveFile(home, post(cut, 'multipart/form-data; boundary=b'), wish),
  ).rejects.toMatchObject(fault)
  await expect(receiveFile(home, post('x', 'multipart/form-data'), wish)).rejects.toMatchObject(
    fault,
  )
  expect(await left()).toEqual([])
})
