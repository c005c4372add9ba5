import type { Device } from './device.ts'
import { openDiary } from './diary.ts'
import { openHome, readConf, writeConf, writeVersion } from './home.ts'
import { openConnections } from './http.ts'
import { keep, kept, openLibrary, openLibraryInMemory } from './library.ts'
import { hexDigits, seededRandom, seedFrom } from './random.ts'
import { defaultSwitches, type Switches } from './switches.ts'
import { WrongUse } from './wrong-use.ts'

export interface KoboOptions {
  /** The folder of the mounted drive. It is made when it is missing. */
  home: string
  /** The sync URL, `http://host/kobo/<secret>`. Without it the one in the device's configuration is used. */
  syncUrl?: string
  /** Sends what goes to the host of the sync URL to the server of this address, as if it stood behind that name. */
  behind?: string
  /** The same seed makes the same device and the same choices. Without it the folder's path decides. */
  seed?: number
  /** The clock, epoch ms. */
  now?: () => number
  /** Lets time pass, in ms. Where the clock is a test's, so is this. */
  sleep?: (ms: number) => Promise<void>
  switches?: Partial<Switches>
  /** Keeps the database in memory: it is quick, and gone when the device is shut down. Files lie on the drive all the same. */
  inMemory?: boolean
  /** Gets each line of the diary. */
  say?: (line: string) => void
}

/** Throws WrongUse when there is no sync URL. */
export function openDevice(options: KoboOptions): Device {
  const { home: root, syncUrl, behind, seed, now, switches, say, inMemory = false } = options
  const home = openHome(root)
  const url = syncUrl ?? readConf(home).get('api_endpoint')
  if (url === undefined || !isAddress(url)) {
    throw new WrongUse('A sync URL is needed, like http://127.0.0.1:8190/kobo/SECRET.')
  }
  if (behind !== undefined && !isAddress(behind)) {
    throw new WrongUse(`--behind needs an address like http://127.0.0.1:8190, not ${behind}.`)
  }
  const clock = now ?? (() => Date.now())
  const db = inMemory ? openLibraryInMemory() : openLibrary(home)
  const times = Number(kept(db, 'opened') ?? 0)
  const start = seed ?? seedFrom(root)
  const makings = seededRandom(start)
  const habits = { ...defaultSwitches, ...switches }
  const ownClock = () => clock() + habits.clockAheadMs
  const device: Device = {
    home,
    db,
    inMemory,
    syncUrl: '',
    behind: behind === undefined ? undefined : new URL(behind),
    deviceId: kept(db, 'device_id') ?? hexDigits(makings, 64),
    serial: kept(db, 'serial') ?? `N605${hexDigits(makings, 9).toUpperCase()}`,
    switches: habits,
    now: ownClock,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    random: seededRandom(start + 7919 * (times + 1)),
    connections: openConnections(),
    diary: openDiary(ownClock, say),
    violations: [],
    events: [],
    pages: 0,
    offline: false,
    twins: [],
    resources: undefined,
  }
  keep(db, 'opened', String(times + 1))
  pointAt(device, url)
  rememberDevice(device)
  return device
}

/** Writes the address of a server into the configuration. */
export function pointAt(device: Device, syncUrl: string): void {
  device.syncUrl = syncUrl.replace(/\/+$/, '')
  const conf = readConf(device.home)
  if (conf.get('api_endpoint') === device.syncUrl) return
  conf.set('api_endpoint', device.syncUrl)
  writeConf(device.home, conf)
}

/** The identity of the hardware, which survives every reset. */
export function rememberDevice(device: Device): void {
  keep(device.db, 'device_id', device.deviceId)
  keep(device.db, 'serial', device.serial)
  const { firmware, platformId } = device.switches
  writeVersion(device.home, { serial: device.serial, firmware, platformId })
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}
