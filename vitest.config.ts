import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What looks at its own process, or changes it for what comes after: each has one for itself. */
const BY_THEMSELVES = [
  // Another hashing of passwords is put in place of the real one.
  'src/people/password.test.ts',
  // The memory of the process is measured.
  'test/hostile/hostile.test.ts',
  // Open files are looked at.
  'src/artifacts/serve.test.ts',
  'test/hostile/fuzz.test.ts',
  'test/scenarios/proxy.test.ts',
  'test/scenarios/transport.test.ts',
  // So many wrong secrets wait that the whole process takes no more.
  'test/hostile/limits.test.ts',
  'test/hostile/siege.test.ts',
  // Every answer of the process that is under way is watched.
  'test/proof/killed.test.ts',
  'test/proof/proof.test.ts',
]

/** What takes long, longest first. One that begins last would run on alone while other processors idle. */
const LONG = [
  'test/proof/sabotage.test.ts',
  'test/chromium/every-page.test.ts',
  'test/chromium/reading-room.test.ts',
  'test/proof/',
  'test/chromium/',
  'test/invariants/',
  'test/kepub/',
  'test/hostile/',
]

class LongestFirst extends BaseSequencer {
  /** Those by themselves come first and together: between others they would end the processes that those share. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const found = LONG.findIndex((part) => moduleId.includes(`/${part}`))
  const place = found === -1 ? LONG.length : found
  return project.config.isolate ? place - LONG.length - 1 : place
}

const TESTS = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts']

export default defineConfig({
  test: {
    // Pages tell times and days as they are where the machine stands, and “today” ends at its midnight.
    env: { TZ: 'UTC' },
    pool: 'forks',
    // One fewer is usual, which leaves half of a small machine idle.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for may take longer than the usual second: some of what a Kobo does is written down only after nearly half of that.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: BY_THEMSELVES } },
      // To load the program takes longer than most of them: they share what is loaded.
      {
        extends: true,
        test: { name: 'together', include: TESTS, exclude: BY_THEMSELVES, isolate: false },
      },
    ],
  },
})
