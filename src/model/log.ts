import pino from 'pino'

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
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.err } },
    { write: (line: string) => write(redact(line, secrets())) },
  )
}

/** Replaces every secret value of at least four characters, as it stands and as JSON and URL escapes write it. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length < 4) continue
    for (const form of new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]))
      clean = clean.replaceAll(form, '[secret]')
  }
  return clean
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
