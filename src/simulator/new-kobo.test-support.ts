import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FakeServer } from './fake-server.test-support.ts'
import type { Faults } from './faults.ts'
import { openKobo, type Kobo, type KoboOptions } from './kobo.ts'

/** A Kobo in a new folder that speaks to the server, and what removes both. */
export function newKobo(
  fake: FakeServer,
  options: Partial<KoboOptions> = {},
): { kobo: Kobo; home: string } {
  const home = mkdtempSync(join(tmpdir(), 'simulated-kobo-'))
  const start = Date.parse('2026-02-01T12:00:00Z')
  let ticks = 0
  const kobo = openKobo({
    home,
    syncUrl: fake.url,
    seed: 7,
    now: () => start + 1000 * (ticks += 1),
    ...options,
  })
  return { kobo, home }
}

export function discard({ kobo, home }: { kobo: Kobo; home: string }): void {
  kobo.shutDown()
  rmSync(home, { recursive: true, force: true })
}

/** No faults; but for answers from this path, and for no others, the Kobo waits only so many ms. */
export function impatientAt(kobo: Kobo, path: string, ms: number): Faults {
  const { patienceMs } = kobo.switches
  return (exchange) => {
    kobo.switches.patienceMs = exchange.path.endsWith(path) ? ms : patienceMs
    return undefined
  }
}
