import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small disk in memory. */
export type Disk = {
  path: string
  /** Leaves only so many bytes free. */
  fill(free: number): void
  /** Takes away what `fill` has put there. */
  empty(): Promise<void>
  unmount(): void
}

/** Mounts a disk of so many bytes. Needs to be root, and fails where that is not allowed: these tests are never left out. */
export function smallDisk(size: number): Disk {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-disk-'))
  run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'holdfast-test', path])
  mounted.add(path)
  const filler = join(path, '.filler')
  return {
    path,
    fill(free) {
      writeFileSync(filler, '')
      const { bavail, bsize } = statfsSync(path)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - free)))
    },
    empty: () => rm(filler, { force: true }),
    unmount() {
      unmount(path)
      rmdirSync(path)
    },
  }
}

/** Makes a folder read-only, also for root, until the answered function is called. */
export function readOnly(folder: string): () => void {
  run('mount', ['--bind', folder, folder])
  mounted.add(folder)
  run('mount', ['-o', 'remount,bind,ro', folder])
  return () => unmount(folder)
}

const mounted = new Set<string>()

// Whatever happens in a test, nothing stays mounted.
process.on('exit', () => {
  for (const path of mounted) unmount(path)
})

function unmount(path: string): void {
  if (!mounted.delete(path)) return
  // Lazily: a file that is still open must not keep it.
  run('umount', ['-l', path])
}

function run(program: string, argv: string[]): void {
  execFileSync(program, argv, { stdio: 'pipe' })
}
