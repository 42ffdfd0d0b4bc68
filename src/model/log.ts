import pino from 'pino'
import { redactor } from './redact.ts'

/** Structured log: ids and words, never bodies, never secrets. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * JSON lines on standard error, so that standard output stays the command's own. `secrets` gives the values that must never appear; each is replaced wherever it stands in a line.
 */
export function openLog(
  level: LogLevel,
  secrets: () => readonly string[],
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const clean = redactor(secrets)
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.err } },
    { write: (line: string) => write(clean(line)) },
  )
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
