import { readFileSync } from 'node:fs'
import { convertEpub } from '../src/kepub/convert.ts'

/** What one process says after converting one book several times. */
export type Told = {
  /** Of each time that counts, in ms. */
  times: number[]
  /** The most memory that the process had, in bytes. */
  memory: number
  /** Of the output, in bytes. */
  size: number
}

const [input = '', output = '', warmUps = '0', runs = '1'] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await converting()))

async function converting(): Promise<Told> {
  for (let done = 0; done < Number(warmUps); done += 1) await convertEpub(input, output)
  const times: number[] = []
  let size = 0
  while (times.length < Number(runs)) {
    const began = performance.now()
    size = (await convertEpub(input, output)).size
    times.push(performance.now() - began)
  }
  return { times, size, memory: mostMemory() }
}

/** What Node tells counts that of the parent as well, which this process begins as; the kernel's own account does not. */
function mostMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const told = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(told?.[1] ?? Number.NaN) * 1024
}
