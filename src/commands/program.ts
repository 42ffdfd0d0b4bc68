import { Command, CommanderError } from 'commander'
import { HubError } from '../model/errors.ts'
import { registerCheck } from './check.ts'
import { CommandError, type ExitCode, exitCode } from './exit-code.ts'
import { registerInit } from './init.ts'
import { registerReload } from './reload.ts'
import { registerServe } from './serve.ts'
import type { Shell } from './shell.ts'
import { registerStop } from './stop.ts'

/** The whole command line. Commands write through the shell only. */
export function createProgram(shell: Shell): Command {
  const program = new Command('crossdock')
    .description(shell.say('program.about'))
    .configureOutput({ writeOut: shell.out, writeErr: shell.note })
    .exitOverride()
    .helpCommand(false)
  registerServe(program, shell)
  registerStop(program, shell)
  registerReload(program, shell)
  registerInit(program, shell)
  registerCheck(program, shell)
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({ writeOut: shell.out, writeErr: shell.note }).helpOption('-h, --help', shell.say('flag.help'))
    if (command.commands.length === 0) command.option('--lang <language>', shell.say('flag.lang'))
  }
  return program
}

/** Runs one command line and tells the shell how it ended; never throws. */
export async function runProgram(shell: Shell, argv: readonly string[]): Promise<void> {
  const program = createProgram(shell)
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    shell.end(report(shell, error, argv.includes('--json')))
  }
}

function report(shell: Shell, error: unknown, json: boolean): ExitCode {
  // commander has written its own words already
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  const known = error instanceof CommandError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  const code = known?.code ?? (error instanceof HubError ? error.detail.code : 'failed')
  shell.note(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${message}\n`)
  return known?.exitCode ?? exitCode.found
}

/** The program's commands, parents before their children. */
export function everyCommand(parent: Command): Command[] {
  return parent.commands.flatMap((command) => [command, ...everyCommand(command)])
}
