import { openPreparation, type Preparation } from '../../src/artifacts/prepare.ts'
import type { Workers } from '../../src/artifacts/workers.ts'
import type { TempHome } from './temp-home.ts'
import { sharedWorkers } from './workers.ts'

const open: Preparation[] = []

/** Opens the preparation of a home, as `openPreparation` does. `closePreparations` ends them all. */
export function prepare(
  home: TempHome,
  workers = sharedWorkers(),
  options: Parameters<typeof openPreparation>[2] = {},
): Preparation {
  const preparation = openPreparation(home, workers, options)
  open.push(preparation)
  return preparation
}

/** Ends every preparation of this test. */
export async function closePreparations(): Promise<void> {
  for (const preparation of open.splice(0)) await preparation.close()
}

/** Workers that write down what they were asked, and how much at once. */
export function counting(workers: Workers): Workers & { jobs: string[]; readonly atOnce: number } {
  const jobs: string[] = []
  let underWay = 0
  let atOnce = 0
  return {
    ...workers,
    jobs,
    get atOnce() {
      return atOnce
    },
    async make(job, cancel) {
      jobs.push(job.how)
      underWay += 1
      atOnce = Math.max(atOnce, underWay)
      try {
        return await workers.make(job, cancel)
      } finally {
        underWay -= 1
      }
    },
  }
}
