import Sqlite from 'better-sqlite3'

/** The instant at which a process dies by itself: right before or right after its `commit`th commit from now. */
export type Death = { commit: number; when: 'before' | 'after' }

let death: Death | undefined

/** From now on this process is about to die, or not. */
export function dieAt(at: Death | undefined): void {
  death = at && { ...at }
}

/** Lets every commit of this process be one at which it may die: as if killed by another, for nothing of it runs any more. */
export function watchCommits(): void {
  const prepare = new Proxy(Object(Reflect.get(Sqlite.prototype, 'prepare')), {
    apply(made, connection, [sql]: [string]) {
      const statement: Sqlite.Statement<[unknown]> = Reflect.apply(made, connection, [sql])
      if (sql === 'commit') watchRuns(statement)
      return statement
    },
  })
  Reflect.set(Sqlite.prototype, 'prepare', prepare)
}

function watchRuns(commit: Sqlite.Statement<[unknown]>): void {
  const run = commit.run.bind(commit)
  commit.run = (values) => {
    const isLast = death !== undefined && (death.commit -= 1) <= 0
    if (isLast && death?.when === 'before') die()
    const ran = run(values)
    if (isLast) die()
    return ran
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
