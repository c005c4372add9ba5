import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Eaten } from './eat.ts'

/** A process that imports files into a library of its own, one after the other. */
export type Eater = {
  eat(path: string, name: string): Promise<Eaten>
  close(): Promise<void>
}

/** Starts the process. The caller closes it. */
export async function openEater(): Promise<Eater> {
  const program = fileURLToPath(new URL('eat.ts', import.meta.url))
  const child = spawn(process.execPath, [...SMALL_HEAP, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...ONE_ARENA },
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function answer(): Promise<unknown> {
    const line = await lines.next()
    if (line.done === true) throw new Error('The process ended.')
    return JSON.parse(line.value)
  }
  await answer()
  return {
    async eat(path, name) {
      child.stdin.write(`${JSON.stringify({ path, name })}\n`)
      return (await answer()) as Eaten
    },
    async close() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** What lives must fit into this; with more room, what is measured is only how late the garbage is taken out. */
const SMALL_HEAP = ['--max-old-space-size=128', '--max-semi-space-size=4']

/** With an arena for each thread, as glibc has it, half of what is measured is what lies between pieces, and depends on the machine. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' }
