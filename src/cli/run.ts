import { Problem } from '../problem.ts'
import { COMMANDS, type Command } from './commands.ts'
import { machineTrouble } from './machine-trouble.ts'
import { version } from '../version.ts'
import { WrongUse, type Io } from './io.ts'

/** Runs the command that `argv` names. Answers the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function run(argv: string[], io: Io): Promise<number> {
  const [first] = argv
  if (first === '--help' || first === '-h' || first === 'help') {
    io.out(overview())
    return 0
  }
  if (first === '--version') {
    io.out(version())
    return 0
  }
  const command = COMMANDS.find((command) => isCalled(command, argv))
  if (!command) {
    io.err(
      first === undefined ? overview() : `There is no command “${named(argv)}”.\n\n${overview()}`,
    )
    return 2
  }
  const rest = argv.slice(command.name.split(' ').length)
  if (!command.helpsItself && asksForHelp(rest)) {
    io.out(help(command))
    return 0
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (isWrongUse(error)) {
      io.err(`${error.message}\n\n${help(command)}`)
      return 2
    }
    const sentence = error instanceof Problem ? error.message : machineTrouble(error)
    if (sentence === undefined) throw error
    io.err(sentence)
    return 1
  }
}

function isCalled(command: Command, argv: string[]): boolean {
  return command.name.split(' ').every((word, index) => argv[index] === word)
}

function named(argv: string[]): string {
  const words = argv.slice(0, 2).filter((word) => !word.startsWith('-'))
  const [first] = words
  return COMMANDS.some((command) => command.name.startsWith(`${first} `))
    ? words.join(' ')
    : (first ?? '')
}

function asksForHelp(argv: string[]): boolean {
  const end = argv.indexOf('--')
  return argv
    .slice(0, end === -1 ? undefined : end)
    .some((word) => word === '--help' || word === '-h')
}

/** A wrong option is found by parseArgs, everything else by the command. */
function isWrongUse(error: unknown): error is Error {
  if (error instanceof WrongUse) return true
  return (
    error instanceof TypeError &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS_')
  )
}

function help(command: Command): string {
  const lines = [`holdfast ${command.usage}`, '', command.summary]
  return [...lines, ...(command.details ? ['', command.details] : [])].join('\n')
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.usage.length))
  return [
    'Holdfast, a book server for Kobo readers.',
    '',
    ...COMMANDS.map((command) => `  holdfast ${command.usage.padEnd(width)}  ${command.summary}`),
    '',
    'holdfast COMMAND --help says more about one. Commands work beside a running server.',
    'HOLDFAST_DATA_DIR names the folder of the library (./data when it is not set).',
  ].join('\n')
}
