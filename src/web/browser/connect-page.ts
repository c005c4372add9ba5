import { CONF_LIMIT, pointTo } from '../../kobo-conf/edit.ts'
import { CONF_BACKUP, CONF_NAME, CONF_REFUSALS } from '../../kobo-conf/words.ts'
import { pickFolder } from './directory-picker.ts'
import { unlessMissing } from './file-entries.ts'

// The page with a Kobo's address works without this: by a form that gives the file back. With it, browsers that can write it themselves.

const told = document.getElementById('told')
const drive = document.getElementById('drive')
const field = document.getElementById('address')
const copy = document.getElementById('copy')
let isBusy = false

const pick = document.getElementById('pick')
if (window.showDirectoryPicker && pick instanceof HTMLButtonElement) {
  pick.addEventListener('click', () => void attempt())
  pick.disabled = false
} else if (drive) drive.hidden = true
// Only over HTTPS or on the same machine.
if (copy && field instanceof HTMLInputElement && 'clipboard' in navigator) {
  copy.classList.remove('awaited')
  copy.addEventListener('click', () => void copied(field))
}
if (field instanceof HTMLInputElement) field.addEventListener('focus', () => field.select())

async function copied(field: HTMLInputElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(field.value)
    tell('It is copied.')
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    field.focus()
    field.select()
    tell('This browser does not copy it. It is marked: copy it yourself.')
  }
}

async function attempt(): Promise<void> {
  if (isBusy) return
  isBusy = true
  try {
    const picked = await pickFolder('readwrite')
    if (picked) tell(await editDrive(picked))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    tell('This browser may not change that file. Take the way with the file, below.')
  } finally {
    isBusy = false
  }
}

async function editDrive(root: FileSystemDirectoryHandle): Promise<string> {
  const folder = await folderOf(root)
  if (!folder)
    return `There is no ${CONF_NAME} in what you chose. Choose the drive KOBOeReader itself.`
  const conf = await folder.getFileHandle(CONF_NAME)
  const before = await bytesOf(conf)
  const edited = before.length > CONF_LIMIT ? 'too-large' : pointTo(before, addressHere())
  if (typeof edited === 'string') return CONF_REFUSALS[edited]
  if (!edited.changed)
    return 'It calls this address already. Nothing was changed. Eject it and press Sync.'
  if (!(await isThere(folder, CONF_BACKUP)))
    await write(await folder.getFileHandle(CONF_BACKUP, { create: true }), before)
  await write(conf, edited.bytes)
  const now = await bytesOf(conf)
  if (now.length !== edited.bytes.length || now.some((byte, at) => byte !== edited.bytes[at]))
    return 'The Kobo did not keep what was written. Eject it, plug it in and try again.'
  return 'Done, and read back. Eject the Kobo and press Sync on it.'
}

/** The folder of the configuration, in the drive, in `.kobo`, or chosen itself. */
async function folderOf(
  root: FileSystemDirectoryHandle,
): Promise<FileSystemDirectoryHandle | undefined> {
  for (const path of [['.kobo', 'Kobo'], ['Kobo'], []]) {
    let folder: FileSystemDirectoryHandle | undefined = root
    for (const name of path) {
      const within: FileSystemDirectoryHandle | undefined = folder
      folder = within && (await unlessMissing(() => within.getDirectoryHandle(name)))
    }
    if (folder && (await isThere(folder, CONF_NAME))) return folder
  }
  return undefined
}

async function isThere(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return (await unlessMissing(() => folder.getFileHandle(name))) !== undefined
}

async function bytesOf(file: FileSystemFileHandle): Promise<Uint8Array> {
  return new Uint8Array(await (await file.getFile()).arrayBuffer())
}

/** The browser writes beside, and renames when it is closed. */
async function write(file: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const writing = await file.createWritable()
  await writing.write(new Uint8Array(bytes))
  await writing.close()
}

function addressHere(): string {
  return field instanceof HTMLInputElement ? field.value : ''
}

function tell(sentence: string): void {
  if (told) told.textContent = sentence
}
