import type { Command } from 'commander'
import type { ConfigFlags } from '../config.ts'
import { FolderLockedError } from '../data-folder.ts'
import { startHub } from '../main.ts'
import { WorkspaceFaultsError } from '../workspace-faults.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import type { Shell } from './shell.ts'

/** `crossdock serve`: API and workers in one process, until Ctrl-C or SIGTERM; SIGHUP reloads the workspace. */
export function registerServe(program: Command, shell: Shell): void {
  program
    .command('serve')
    .description(shell.say('serve.about'))
    .option('--workspace <folder>', shell.say('flag.workspace'))
    .option('--data <folder>', shell.say('flag.data'))
    .option('--host <address>', shell.say('serve.host'))
    .option('--port <number>', shell.say('serve.port'))
    .option('--log <level>', shell.say('serve.log'))
    .option('--watch', shell.say('serve.watch'))
    .action(async (flags: ConfigFlags) => {
      const config = configOf(shell, flags)
      const hub = await startHub(config, { env: { ...shell.env } }).catch((error: unknown) => {
        if (error instanceof FolderLockedError) throw new CommandError(exitCode.found, 'folder-locked', error.message, error)
        if (error instanceof WorkspaceFaultsError) throw new CommandError(exitCode.usage, 'workspace-faults', error.message, error)
        throw error
      })
      const reload = () => void hub.reload()
      process.on('SIGHUP', reload)
      shell.note(`${shell.say('serve.up', { address: hub.address, workspace: config.workspace, data: config.data })}\n`)
      await shell.untilStopped()
      process.off('SIGHUP', reload)
      shell.note(`${shell.say('serve.stopping')}\n`)
      await hub.stop()
    })
}
