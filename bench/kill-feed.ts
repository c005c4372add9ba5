import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { filesBelow } from './files-below.ts'
import type { MadeDrop } from './kill-drops.ts'
import { startCommand, type Program } from './kill-program.ts'

/** How books come into a library. */
export type Way = 'inbox' | 'upload' | 'command'
export const WAYS: readonly Way[] = ['inbox', 'upload', 'command']

/** What is fed, and to whom. `source` is a folder that holds the drops as files. */
export type Meal = {
  way: Way
  dataDir: string
  inbox: string
  server: Program
  token: string
  drops: MadeDrop[]
  source: string
}

/** A meal that is being taken. */
export type Feeding = {
  /** Whether all of it was taken by now. */
  isDone(): Promise<boolean>
  /** To be called when the server is killed. Answers the hashes of the books that were said to be in the library. */
  kill(): Promise<{ acknowledged: Set<string> }>
}

/** Begins to feed a running server. */
export function feed(meal: Meal): Feeding {
  return FEED[meal.way](meal)
}

/** Feeds what was not taken once more, to its end. Answers what was wrong with that. */
export function finish(meal: Meal): Promise<string[]> {
  return FINISH[meal.way](meal)
}

const FEED: Record<Way, (meal: Meal) => Feeding> = {
  inbox: feedInbox,
  upload: feedUploads,
  command: feedCommand,
}

const FINISH: Record<Way, (meal: Meal) => Promise<string[]>> = {
  // The server finds by itself what lies there.
  inbox: () => Promise.resolve([]),
  upload: finishUploads,
  command: finishCommand,
}

/** The one who drops goes on when the server is gone. */
function feedInbox({ inbox, drops }: Meal): Feeding {
  const dropping = (async () => {
    for (const { name, bytes } of drops) {
      const path = join(inbox, name)
      const part = join(inbox, '.coming.part')
      await writeFile(part, bytes)
      // Emptied folders are removed by the server, sometimes at this very moment.
      for (let isThere = false; !isThere;) {
        await mkdir(dirname(path), { recursive: true })
        isThere = await rename(part, path).then(
          () => true,
          () => false,
        )
      }
    }
  })()
  let isDropped = false
  const done = dropping.then(() => (isDropped = true))
  return {
    isDone: async () => isDropped && (await filesBelow(inbox)).length === 0,
    async kill() {
      await done
      return { acknowledged: new Set() }
    },
  }
}

function feedUploads(meal: Meal): Feeding {
  const acknowledged = new Set<string>()
  let answered = 0
  const uploading = uploadAll(meal, (drop, status) => {
    if (status !== undefined) answered += 1
    if (status === 200 || status === 201) acknowledged.add(drop.hash)
  })
  return {
    isDone: async () => answered === meal.drops.length,
    async kill() {
      await uploading
      return { acknowledged }
    },
  }
}

async function finishUploads(meal: Meal): Promise<string[]> {
  const wrong: string[] = []
  await uploadAll(meal, (drop, status) => {
    const isFine = drop.word === null ? status === 422 : status === 200 || status === 201
    if (!isFine) wrong.push(`The upload of “${drop.name}” was answered ${status}.`)
  })
  return wrong
}

function feedCommand(meal: Meal): Feeding {
  const command = startCommand(meal.dataDir, ['import', meal.source])
  let isDone = false
  const done = command.ended.then(() => (isDone = true))
  return {
    isDone: async () => isDone,
    async kill() {
      await command.kill()
      await done
      return { acknowledged: new Set() }
    },
  }
}

async function finishCommand(meal: Meal): Promise<string[]> {
  const command = startCommand(meal.dataDir, ['import', meal.source, '--json'])
  await command.ended
  return commandFaults(meal, command.out())
}

/** How many are uploaded at once. */
const AT_ONCE = 5

/** Uploads every drop, told with its status; undefined where no answer came. */
async function uploadAll(
  { server, token, drops }: Meal,
  told: (drop: MadeDrop, status: number | undefined) => void,
): Promise<void> {
  const rest = drops.values()
  async function lane(): Promise<void> {
    for (const drop of rest) told(drop, await upload(server.url, token, drop))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

async function upload(url: string, token: string, drop: MadeDrop): Promise<number | undefined> {
  const bytes = new Uint8Array(drop.bytes)
  const form = new FormData()
  form.append('file', new Blob([bytes]), basename(drop.name))
  const isForm = drop.hash < '8'
  try {
    const response = await fetch(`${url}/api/v1/books`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(!isForm && { 'content-type': 'application/epub+zip' }),
      },
      body: isForm ? form : bytes,
    })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    // The server was killed, which fetch tells so.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const Told = z.object({
  files: z.array(
    z.object({ path: z.string(), outcome: z.string(), reason: z.string().optional() }),
  ),
})

function commandFaults({ source, drops }: Meal, out: string): string[] {
  const start = out.indexOf('{"files"')
  if (start < 0) return [`The command did not end well: ${out.slice(0, 600)}`]
  const { files } = Told.parse(JSON.parse(out.slice(start)))
  const told = new Map(files.map((file) => [file.path, file]))
  return drops.flatMap(({ name, word }) => {
    const file = told.get(join(source, name))
    if (!file) return [`The command told nothing of “${name}”.`]
    const isFine = (file.outcome === 'failed') === (word === null)
    return isFine ? [] : [`The command told ${file.outcome} of “${name}”: ${file.reason ?? ''}`]
  })
}
