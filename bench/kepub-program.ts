import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { convertEpub } from '../src/kepub/convert.ts'

/** What one process says after converting one book several times. */
export type Told = {
  /** Of the first conversion of all, before anything was compiled, in ms. */
  cold: number
  /** Of each conversion that counts, in ms. */
  times: number[]
  /** The processor time of each of them, of all threads together, in ms. */
  work: number[]
  /** The most memory that the process had, in bytes. */
  memory: number
  /** Of the output, in bytes. */
  size: number
}

const [input = '', output = '', warmUps = '0', runs = '1'] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await converting()))

async function converting(): Promise<Told> {
  const { time: cold } = await convertOnce()
  for (let done = 1; done < Number(warmUps); done += 1) await convertOnce()
  const told: Told = { cold, times: [], work: [], memory: 0, size: 0 }
  while (told.times.length < Number(runs)) {
    const { time, work, size } = await convertOnce()
    told.times.push(time)
    told.work.push(work)
    told.size = size
  }
  told.memory = mostMemory()
  return told
}

/** Converts into a file that is not there yet, as the product does: taking an old one out of the way is not counted. */
async function convertOnce(): Promise<{ time: number; work: number; size: number }> {
  await rm(output, { force: true })
  const before = process.cpuUsage()
  const began = performance.now()
  const { size } = await convertEpub(input, output)
  const time = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  return { time, work: (user + system) / 1_000, size }
}

/** What Node tells counts that of the parent as well, which this process begins as; the kernel's own account does not. */
function mostMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const told = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(told?.[1] ?? Number.NaN) * 1024
}
