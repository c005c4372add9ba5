import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { watch } from 'chokidar'
import type { Home } from '../home.ts'
import { importsWaiting, inboxClosed } from '../errata/import-errata.ts'
import { Problem } from '../problem.ts'
import type { ImportResult } from './enter-book.ts'
import { filesBelow, hindranceAt, isIgnored } from './find-drops.ts'
import { importFile } from './import.ts'
import { finishLeftImports } from './recover.ts'
import { identityOf, wholeOrSettled } from './settled-file.ts'
import { openWaiting } from './waiting.ts'

/** The watched inbox. */
export type Inbox = {
  /** Resolves when everything that lies in the inbox has been dealt with. */
  quiet(): Promise<void>
  /** Stops watching and waits for the imports that have begun. */
  close(): Promise<void>
}

/** What an inbox may be told: how long (ms) a file must not have changed, what to do with results, how often (ms) to look without being called. */
export type InboxOptions = {
  settle: number
  imported?: (result: ImportResult) => void
  rounds?: number
}

/**
 * Imports what is dropped into the inbox and its sub-folders, and what lies there already, once it has not changed for
 * `settle` ms, or some times as long where it looks like a part of a file. A file that fails goes to quarantine and the watch goes
 * on; one that only came at a bad time (a full disk) is tried again with the next round, and an erratum tells of that, as of an inbox
 * that is not there. Every round also finishes what an interrupted command has left half done. Hidden and temporary files and links
 * are left alone.
 *
 * The watcher only says that something happened; what is there is always looked up. So a drop is found also where the system
 * tells of no changes, as on network shares, and files that were still being written at the start are not taken early.
 */
export async function openInbox(home: Home, options: InboxOptions): Promise<Inbox> {
  const { settle, rounds = 60_000 } = options
  const root = home.config.inbox
  const running = new Map<string, Promise<void>>()
  /** Files that failed and stay where they are, as they were then. */
  const left = new Map<string, { identity: string | undefined; isBug: boolean }>()
  const waiting = await openWaiting(home, importsWaiting)
  const closed = await openWaiting(home, inboxClosed)
  let sweeping: Promise<void> | undefined
  let finishing: Promise<void> | undefined
  let isCalled = false
  let isClosed = false

  async function take(path: string): Promise<void> {
    let identity: string | undefined
    try {
      identity = await wholeOrSettled(path, settle, () => isClosed)
      if (identity === undefined || isClosed) return
      left.delete(path)
      const drop = { path, name: basename(path), uploader: null, source: 'inbox' } as const
      const result = await importFile(home, { ...drop, dispose: 'remove' })
      options.imported?.(result)
      await waiting.over()
    } catch (error) {
      const isBug = !(error instanceof Problem)
      if (isBug) home.log.error({ err: error }, 'a drop failed')
      else home.log.warn({ problem: error.message }, 'a drop failed')
      if (!isBug && error.code === 'unavailable') await waiting.because(error.message)
      // Whoever wrote to it meanwhile may have ended before it is looked at again.
      if (!isBug && error.code === 'conflict') return call()
      const still = await identityOf(path)
      // What is there instead by now has not failed.
      if (still !== undefined && identity !== undefined && still !== identity) return call()
      if (still !== undefined) left.set(path, { identity: still, isBug })
    }
  }

  async function sweep(): Promise<void> {
    const hindrance = await hindranceAt(root)
    if (hindrance !== undefined) return closed.because(hindrance)
    await closed.over()
    for (const path of await filesBelow(root, root)) {
      if (isClosed) return
      if (running.has(path)) continue
      if (left.has(path) && left.get(path)?.identity === (await identityOf(path))) continue
      running.set(
        path,
        // A disk that fails may also fail when it is asked what became of the drop. The next round looks again.
        take(path)
          .catch((error: unknown) => home.log.error({ err: error }, 'a drop cannot be looked at'))
          .finally(() => running.delete(path)),
      )
    }
  }

  async function sweepWhileCalled(): Promise<void> {
    while (isCalled) {
      isCalled = false
      await sweep()
      // Thousands of drops call thousands of times.
      if (!isClosed) await wait(Math.min(settle / 2, 500))
    }
  }

  /** Looks now, and once more if it is called meanwhile. */
  function look(): Promise<void> {
    isCalled = true
    sweeping ??= sweepWhileCalled().finally(() => (sweeping = undefined))
    return sweeping
  }

  function call(): void {
    look().catch((error: unknown) => {
      home.log.error({ err: error }, 'the inbox cannot be read')
    })
  }

  const watcher = watch(root, {
    ignored: (path) => isIgnored(root, path),
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
  })
  watcher.on('add', call)
  watcher.on('change', call)
  watcher.on('error', (error) => {
    home.log.warn({ err: error }, 'the inbox is not watched, only looked at now and then')
  })
  await new Promise<void>((ready) => {
    watcher.once('ready', () => ready())
    watcher.once('error', () => ready())
  })
  const clock = setInterval(() => {
    for (const [path, { isBug }] of left) if (!isBug) left.delete(path)
    call()
    finishing ??= finishLeftImports(home)
      .catch((error: unknown) => {
        home.log.error({ err: error }, 'an import that was left could not be finished')
      })
      .finally(() => (finishing = undefined))
  }, rounds)
  clock.unref()
  await look()

  return {
    async quiet() {
      do {
        await Promise.all(running.values())
        await look()
      } while (running.size > 0)
    },
    async close() {
      isClosed = true
      clearInterval(clock)
      await watcher.close()
      await sweeping
      await finishing
      await Promise.all(running.values())
    },
  }
}
