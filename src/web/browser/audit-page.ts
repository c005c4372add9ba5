import { pickFolder } from './directory-picker.ts'
import { ofKobo, type Folder, type OfKobo } from './kobo-folder.ts'
import { readInWorker } from './read-in-worker.ts'
import { folderOfDrop, folderOfHandle, folderOfList } from './shown-folders.ts'

// The page of audits works without this: then its form uploads the files. With this, they are read here, and only what an audit needs leaves.

const NOTHING =
  'There is no database of a Kobo in what you chose: it is KoboReader.sqlite in the folder .kobo.'

const UNANSWERED = 'Holdfast does not answer. Reload this page, and audit once more.'

const form = found('audit', HTMLFormElement)
const pick = found('pick', HTMLButtonElement)
const folder = found('folder', HTMLInputElement)
const database = found('database', HTMLInputElement)
const wal = found('wal', HTMLInputElement)
const takenAt = found('takenAt', HTMLSelectElement)
const told = found('told', HTMLElement)
const upload = found('upload', HTMLButtonElement)

/** What was found in a drive. Files that are chosen one by one take its place. */
let drive: OfKobo | undefined
let isBusy = false

pick.disabled = false
database.addEventListener('change', () => forgetDrive())
wal.addEventListener('change', () => forgetDrive())
folder.addEventListener('change', () =>
  attempt(() => take(folderOfList([...(folder.files ?? [])]))),
)
pick.addEventListener('click', () => attempt(takeFolder))
form.addEventListener('submit', (event) => {
  if (event.submitter === upload) return
  event.preventDefault()
  attempt(audit)
})
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  if (!event.dataTransfer) return
  // What was dropped is gone when this is over: it is looked up now.
  const dropped = folderOfDrop(event.dataTransfer)
  attempt(() => take(dropped))
})

function found<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${id}.`)
}

/** Does one thing at a time. What fails is told, and then the form does as without scripts. */
function attempt(work: () => Promise<void>): void {
  if (isBusy) return
  isBusy = true
  upload.hidden = true
  work()
    .catch(() => offerUpload('This browser could not read that.'))
    .finally(() => {
      isBusy = false
    })
}

async function takeFolder(): Promise<void> {
  if (!window.showDirectoryPicker) return folder.click()
  const picked = await pickFolder('read')
  return picked && take(folderOfHandle(picked))
}

async function take(shown: Folder): Promise<void> {
  forgetDrive()
  tell('Looking for the database…')
  drive = await ofKobo(shown)
  if (!drive) return tell(NOTHING)
  // So the form shows what was found, and could upload it.
  database.files = listOf(drive.database)
  wal.files = listOf(drive.wal)
  const files = drive.listing === null ? '' : ` and the names of ${drive.listing.length} files`
  tell(`Found the database${files}. Press Audit.`)
  return undefined
}

function forgetDrive(): void {
  drive = undefined
  tell('')
}

async function audit(): Promise<void> {
  const chosen = drive ?? chosenFiles()
  if (!chosen) return tell(NOTHING)
  const books = await booksAt(new URL(form.dataset['books'] ?? '', document.baseURI).href)
  if (!books) return tell(UNANSWERED)
  const day = takenAt.value === '' ? null : Number(takenAt.value)
  const read = await readInWorker({ ...chosen, books, takenAt: day }, tell)
  if ('failed' in read) return offerUpload(read.failed)
  tell('Comparing it with what is known here…')
  const answer = await fetch(form.action, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: read.body,
  }).catch(() => undefined)
  if (!answer) return tell(UNANSWERED)
  if (answer.ok) location.assign(answer.url)
  else tell(sentenceIn(await answer.text()))
  return undefined
}

/** The ids of the books of the library; undefined where the server is away, or tells nothing to a person who is signed out. */
async function booksAt(address: string): Promise<Set<string> | undefined> {
  const told: unknown = await fetch(address)
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .catch(() => undefined)
  if (!Array.isArray(told)) return undefined
  return new Set(told.filter((each) => typeof each === 'string'))
}

function chosenFiles(): OfKobo | undefined {
  const [file] = database.files ?? []
  return file && { database: file, wal: wal.files?.[0] ?? null, listing: null, version: null }
}

function listOf(file: File | null): FileList {
  const list = new DataTransfer()
  if (file) list.items.add(file)
  return list.files
}

function tell(sentence: string): void {
  told.textContent = sentence
}

function offerUpload(sentence: string): void {
  tell(`${sentence} You can upload the file instead: then Holdfast reads it.`)
  upload.hidden = false
}

/** What a page that tells of a problem says. */
function sentenceIn(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  return page.querySelector('main .lead')?.textContent ?? 'The audit could not be made.'
}
