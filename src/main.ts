import { run } from './cli/run.ts'

// Whoever reads what a command says may have enough of it, as `head` has. The command goes on, and says no more.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
})

process.exitCode = await run(process.argv.slice(2), {
  out: (line) => void (process.stdout.writable && process.stdout.write(`${line}\n`)),
  err: (line) => process.stderr.write(`${line}\n`),
  input: process.stdin,
  env: process.env,
})
