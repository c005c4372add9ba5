import type { ReadingRoom } from './reading-room.ts'

/** Every page of a reading room, by a name for its picture. */
export async function roomPages({
  scene,
  libra,
  clara,
}: ReadingRoom): Promise<[name: string, path: string][]> {
  const { items } = (
    await scene.house.api<{ items: { id: string; name: string }[] }>('GET', '/shelves')
  ).body
  const holidays = items.find(({ name }) => name === 'Holidays')?.id ?? ''
  const emma = scene.id('Emma')
  return [
    ['library', '/books'],
    ['library-list', '/books?view=list'],
    ['library-choose', '/books?choose=1'],
    ['library-search', '/books?q=bronte'],
    ['book', `/books/${emma}`],
    ['book-without-cover', `/books/${scene.id('Kim')}`],
    ['book-edit', `/books/${emma}/edit`],
    ['crop', `/books/${emma}/cover?left=10&right=5&top=8&bottom=4`],
    ['shelves', '/shelves'],
    ['shelf', `/shelves/${holidays}`],
    ['colophon', '/colophon'],
    ['devices', '/devices'],
    ['device', `/devices/${libra.device}`],
    ['diary', `/devices/${libra.device}/syncs`],
    ['trail', `/devices/${libra.device}/books/${emma}`],
    ['audits', `/devices/${libra.device}/audits`],
    ['errata', '/errata'],

    // The household, and what a Kobo is connected by.
    ['people', '/people'],
    ['connect', '/connect'],
    ['connecting', `/devices/${libra.device}/connecting`],
    ['settings-of-kobo', `/devices/${libra.device}/settings`],
    ['settings', '/settings'],
    ...(await devicePages({ scene, libra, clara })),
  ]
}

/** The pages of a Kobo beyond those. */
async function devicePages({
  scene,
  libra,
  clara,
}: ReadingRoom): Promise<[name: string, path: string][]> {
  const { items } = (
    await scene.house.api<{ items: { id: string }[] }>('GET', `/devices/${libra.device}/audits`)
  ).body
  return [
    ['device-clara', `/devices/${clara.device}`],
    ['device-missing', `/devices/${libra.device}?filter=missing`],
    ['device-now', `/devices/${libra.device}/now`],
    ['audit', `/devices/${libra.device}/audits/${items[0]?.id ?? ''}`],
    ['trail-removed', `/devices/${clara.device}/books/${scene.id('Villette')}`],
  ]
}
