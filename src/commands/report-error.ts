import { CommanderError } from 'commander'
import { HubError } from '../model/errors.ts'
import { CommandError, type ExitCode, exitCode } from './exit-code.ts'
import { harmless } from './print.ts'
import type { Shell } from './shell.ts'

/** Tells the person what ended a command, and answers what the process ends with. */
export function reportError(shell: Shell, error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // its words were held back where JSON was asked for, and are written already where it was not
    if (error.exitCode !== 0 && json && error.code !== 'commander.help')
      shell.note(`${JSON.stringify({ error: { code: 'usage', message: error.message.replace(/^error: /, '') } })}\n`)
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  }
  const known = error instanceof CommandError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  const code = known?.code ?? (error instanceof HubError ? error.detail.code : 'failed')
  shell.note(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${harmless(message)}\n`)
  return known?.exitCode ?? exitCode.found
}
