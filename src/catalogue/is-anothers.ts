import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { hasCode } from './durable.ts'

/**
 * Whether another process that lives has this id and may have written the file at `path`. At start, an own id is that of an
 * earlier life. Ids are given again, above all after the machine was started anew: a process that is younger than the file did
 * not write it, where the system tells (Linux).
 */
export async function isAnothers(pid: number, path: string): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false
  const startedAt = startOf(pid)
  if (startedAt === undefined) return true
  try {
    return startedAt <= (await stat(path)).mtimeMs + CLOCK_ROOM
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/** How exact the start of a process is known, in ms. */
const CLOCK_ROOM = 2000

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
    if (hasCode(error, 'EPERM')) return true
    throw error
  }
}

/** When a process began, in epoch ms; undefined where the system does not tell. */
function startOf(pid: number): number | undefined {
  const boot = /^btime (\d+)$/m.exec(readIfThere('/proc/stat'))?.[1]
  // The name of the program, in brackets, may hold anything.
  const ticks = /^.*\) (?:\S+ ){19}(\d+)/s.exec(readIfThere(`/proc/${pid}/stat`))?.[1]
  if (boot === undefined || ticks === undefined) return undefined
  return Number(boot) * 1000 + Number(ticks) * MS_PER_TICK
}

/** Linux counts the time of processes in hundredths of a second for whoever reads it. */
const MS_PER_TICK = 10

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return ''
    throw error
  }
}
