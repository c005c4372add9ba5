import type { Device } from './device.ts'
import { readConf, writeConf } from './home.ts'
import { keep, kept } from './library.ts'
import { isRecord } from './validate/shape.ts'

/** The keys of the Resources map that are found again in the configuration file (docs/protocol/initialization.md). */
const PERSISTED = [
  'image_host',
  'image_url_template',
  'image_url_quality_template',
  'library_sync',
  'oauth_host',
  'reading_services_host',
]

/** Keeps the Resources map of the last initialization, on the device and in its configuration. */
export function cacheResources(device: Device, resources: Record<string, unknown>): void {
  remember(device, resources)
  const conf = readConf(device.home)
  const before = JSON.stringify([...conf])
  conf.set('api_endpoint', device.syncUrl)
  for (const key of PERSISTED) {
    const value = resources[key]
    if (typeof value === 'string') conf.set(key, value)
  }
  if (JSON.stringify([...conf]) !== before) writeConf(device.home, conf)
}

/** A text of the cached Resources map, or undefined. */
export function resource(device: Device, key: string): string | undefined {
  const value = cachedResources(device)[key]
  return typeof value === 'string' ? value : undefined
}

export function hasResources(device: Device): boolean {
  return Object.keys(cachedResources(device)).length > 0
}

/** The root of the reading services: the device keeps scheme and host of that address and drops its path. */
export function readingRoot(device: Device): string | undefined {
  const host = resource(device, 'reading_services_host')
  return host !== undefined && URL.canParse(host) ? new URL(host).origin : undefined
}

/** What a USB connection leaves behind: an empty address of the reading services (docs/protocol/first-contact.md). */
export function unplug(device: Device): void {
  device.diary.note('The Kobo is unplugged from a computer.')
  const key = 'reading_services_host'
  const conf = readConf(device.home)
  conf.set(key, '')
  writeConf(device.home, conf)
  remember(device, { ...cachedResources(device), [key]: '' })
}

function remember(device: Device, resources: Record<string, unknown>): void {
  keep(device.db, 'resources', JSON.stringify(resources))
  device.resources = resources
}

function cachedResources(device: Device): Record<string, unknown> {
  if (device.resources) return device.resources
  const text = kept(device.db, 'resources')
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  device.resources = isRecord(value) ? value : {}
  return device.resources
}
