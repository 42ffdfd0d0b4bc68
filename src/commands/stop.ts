import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ConfigFlags } from '../config.ts'
import { lockOwner } from '../data-folder.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

const longestMs = 30_000

/** `crossdock stop`: ends the hub that owns the data folder, by its process id, and waits until it is gone. */
export function registerStop(program: Command, shell: Shell): void {
  program
    .command('stop')
    .description(shell.say('stop.about'))
    .option('--data <folder>', shell.say('flag.data'))
    .option('--json', shell.say('flag.json'))
    .action(async (flags: ConfigFlags & { readonly json?: boolean }) => {
      const { data } = configOf(shell, flags)
      const pid = lockOwner(data)
      if (pid === undefined) throw new CommandError(exitCode.unreachable, 'not-running', shell.say('stop.none', { data }))
      process.kill(pid, 'SIGTERM')
      const end = Date.now() + longestMs
      while (lockOwner(data) === pid) {
        if (Date.now() > end) throw new CommandError(exitCode.refused, 'still-running', shell.say('stop.late', { pid }))
        await sleep(50)
      }
      if (flags.json) printJson(shell, { stopped: pid })
      else shell.out(`${shell.say('stop.done', { pid })}\n`)
    })
}
