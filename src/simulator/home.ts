import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

/** The paths of a mounted Kobo below one folder. */
export interface Home {
  root: string
  database: string
  version: string
  conf: string
  kepub: string
  images: string
}

/** What of `.kobo/version` names the device. */
export interface Version {
  serial: string
  firmware: string
  platformId: string
}

/** Makes the folders of a mounted Kobo where they are missing. */
export function openHome(root: string): Home {
  const kobo = join(root, '.kobo')
  const home: Home = {
    root,
    database: join(kobo, 'KoboReader.sqlite'),
    version: join(kobo, 'version'),
    conf: join(kobo, 'Kobo', 'Kobo eReader.conf'),
    kepub: join(kobo, 'kepub'),
    images: join(root, '.kobo-images'),
  }
  for (const folder of [join(kobo, 'Kobo'), home.kepub, home.images]) {
    mkdirSync(folder, { recursive: true })
  }
  return home
}

/** Removes the files of books and covers, and the configuration. */
export function emptyHome(home: Home): void {
  emptyFolders(home.kepub, home.images)
  rmSync(home.conf, { force: true })
}

export function emptyFolders(...folders: string[]): void {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }
}

/** Where the file of a book lies. */
export function bookFile(home: Home, id: string): string {
  return join(home.kepub, id)
}

/** Where a cover lies. `size` is the device's own name of a size. */
export function coverFile(home: Home, imageId: string, size = 'N3_FULL'): string {
  return join(home.images, `${imageId} - ${size}.parsed`)
}

/** An id that is safe in a URL and as a file name. */
export function isSafeName(id: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/.test(id)
}

export function writeVersion(home: Home, { serial, firmware, platformId }: Version): void {
  const line = [serial, '4.1.15', firmware, '4.1.15', '4.1.15', platformId].join(',')
  writeFileSync(home.version, `${line}\n`)
}

/** The `[OneStoreServices]` keys of the configuration, or an empty map when there is none. */
export function readConf(home: Home): Map<string, string> {
  const keys = new Map<string, string>()
  if (!existsSync(home.conf)) return keys
  let section = ''
  for (const line of readFileSync(home.conf, 'utf8').split(/\r?\n/)) {
    const heading = /^\[(.+)\]$/.exec(line)
    if (heading) section = heading[1] ?? ''
    const at = line.indexOf('=')
    if (section === 'OneStoreServices' && at > 0) keys.set(line.slice(0, at), line.slice(at + 1))
  }
  return keys
}

/** Writes the configuration anew with these `[OneStoreServices]` keys. */
export function writeConf(home: Home, keys: Map<string, string>): void {
  const lines = [...keys].map(([key, value]) => `${key}=${value.replace(/[\r\n]/g, '')}`)
  const text = ['[General]', 'SetupComplete=true', '', '[OneStoreServices]', ...lines, ''].join(
    '\n',
  )
  writeFileSync(home.conf, text)
}
