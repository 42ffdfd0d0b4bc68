import type { Command } from 'commander'
import type { ConfigFlags, Role } from '../config.ts'
import { FolderLockedError } from '../data-folder.ts'
import type { Hub } from '../main.ts'
import { mysqlAddress } from '../store/mysql-address.ts'
import { formatFaults, WorkspaceFaultsError } from '../workspace-faults.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import type { Shell } from './shell.ts'

/** `crossdock serve`, `api` and `worker`: the hub in one process, or its two halves, until Ctrl-C or SIGTERM; SIGHUP reloads the workspace. */
export function registerServe(program: Command, shell: Shell): void {
  for (const role of ['serve', 'api', 'worker'] as const) registerRole(program, shell, role)
}

function registerRole(program: Command, shell: Shell, role: Role): void {
  const command = program
    .command(role)
    .description(shell.say(`${role}.about`))
    .option('--workspace <folder>', shell.say('flag.workspace'))
  if (role !== 'worker') command.option('--data <folder>', shell.say('flag.data'))
  command
    .option('--database <address>', shell.say('flag.database'))
    .option('--redis <address>', shell.say('flag.redis'))
    .option('--host <address>', shell.say('serve.host'))
    .option('--port <number>', shell.say(role === 'worker' ? 'worker.port' : 'serve.port'))
    .option('--log <level>', shell.say('serve.log'))
    .option('--watch', shell.say('serve.watch'))
    .option('--hold-deliveries', shell.say('serve.hold'))
    .option('--json', shell.say('serve.json'))
    .action(async (flags: ConfigFlags & { readonly json?: boolean }) => {
      const config = configOf(shell, flags, role)
      // a hub is much to load, and most commands start none
      const [{ startHub }, { ListenError }] = await Promise.all([import('../main.ts'), import('../http/listen.ts')])
      const hub = await startHub(config, { env: { ...shell.env } }).catch((error: unknown) => {
        if (error instanceof FolderLockedError) throw new CommandError(exitCode.found, 'folder-locked', error.message, error)
        if (error instanceof WorkspaceFaultsError) throw new CommandError(exitCode.usage, 'workspace-faults', error.message, error)
        if (error instanceof ListenError) throw new CommandError(exitCode.found, 'cannot-listen', error.message, error)
        throw error
      })
      let stopping = false
      const onHangup = () => {
        if (!stopping) void reload(shell, hub, flags.json === true)
      }
      process.on('SIGHUP', onHangup)
      const data = config.database === undefined ? config.data : mysqlAddress(config.database).shown
      const up = { address: hub.address, workspace: config.workspace, data }
      if (flags.json) shell.out(`${JSON.stringify({ up })}\n`)
      else shell.note(`${shell.say(hub.address === '' ? 'worker.up' : 'serve.up', up)}\n`)
      await shell.untilStopped()
      stopping = true
      if (!flags.json) shell.note(`${shell.say('serve.stopping')}\n`)
      try {
        await hub.stop()
      } finally {
        process.off('SIGHUP', onHangup)
      }
    })
}

/** Reloads and tells the terminal what came of it; never throws, for nobody waits for it. */
async function reload(shell: Shell, hub: Hub, json: boolean): Promise<void> {
  try {
    const { revision, changed, secrets, faults } = await hub.reload()
    if (json) return shell.out(`${JSON.stringify({ reload: { revision, changed, secrets, faults } })}\n`)
    if (faults.length > 0) shell.note(`${formatFaults(faults)}\n`)
    const named = { revision: revision.slice(0, 12) }
    if (faults.some(({ severity }) => severity === 'error')) shell.note(`${shell.say('reload.kept', named)}\n`)
    else if (changed || secrets.length === 0) shell.note(`${shell.say(changed ? 'reload.changed' : 'reload.same', named)}\n`)
    if (secrets.length > 0) shell.note(`${shell.say('reload.secrets', { connections: secrets.join(', ') })}\n`)
  } catch (error) {
    shell.note(`${shell.say('reload.failed', { why: error instanceof Error ? error.message : String(error) })}\n`)
  }
}
