import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import type { Config } from './config.ts'

/** Where lines go that are not for the standard output, in tests for instance. */
export type LogDestination = DestinationStream

/** The server's log: JSON lines in which no secret appears. Times are epoch ms. */
export function openLog(level: Config['logLevel'], destination?: LogDestination): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    redact: {
      paths: [
        'authorization',
        'cookie',
        '*.authorization',
        '*.cookie',
        '*.*.authorization',
        '*.*.cookie',
      ],
      censor: '…',
    },
    hooks: { streamWrite: redactLine },
  }
  return destination ? pino(options, destination) : pino(options)
}

/**
 * A line without the secrets that travel in addresses and headers: the secret of a sync URL, media keys, cover keys,
 * API tokens and bearer tokens, wherever in the line they stand. The folder src/kobo in a stack is none of these.
 */
export function redactLine(line: string): string {
  return line
    .replace(
      /((?<!\/src)\/kobo\/+(?:files\/+|covers\/+)?)(?!files\/|covers\/)[^/\s"'?\\]+/gi,
      '$1…',
    )
    .replace(/\bhf_[A-Za-z0-9_-]+/g, 'hf_…')
    .replace(/\b(Bearer\s+)[^\s"'\\]+/gi, '$1…')
    .replace(KEY, (run) => (/^[\da-f-]+$/i.test(run) ? run : '…'))
}

/** What looks like a secret of ours wherever it stands: base64url of 32 bytes or more. Hashes and ids in hexadecimal are none. */
const KEY = /(?<![\w-])[\w-]{43,}(?![\w-])/g
