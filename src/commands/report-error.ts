import { CommanderError } from 'commander'
import { HubError } from '../model/errors.ts'
import { CommandError, type ExitCode, exitCode } from './exit-code.ts'
import { harmless } from './print.ts'
import type { Shell } from './shell.ts'

/** Tells the person what ended a command, and answers what the process ends with. */
export function reportError(shell: Shell, error: unknown, json: boolean): ExitCode {
  // commander has written its own words already
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  const known = error instanceof CommandError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  const code = known?.code ?? (error instanceof HubError ? error.detail.code : 'failed')
  shell.note(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${harmless(message)}\n`)
  return known?.exitCode ?? exitCode.found
}
