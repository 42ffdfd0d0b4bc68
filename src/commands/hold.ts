import type { Command } from 'commander'
import type { Client } from './client.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printPairs } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly reason?: string
  readonly restored?: boolean
}
const path = '/v1/delivery-hold'

/** `crossdock hold`: nothing goes out until a person lets it; after a restore, what may have been done is looked up first. */
export function registerHold(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('hold').description(say('hold.about'))
  hubCommand(parent, shell, 'show', say('hold.show')).action(withHub<Flags>(shell, (client, flags) => show(shell, client, flags)))
  hubCommand(parent, shell, 'set', say('hold.set'))
    .option('--reason <text>', say('hold.reason'))
    .option('--restored', say('hold.restored'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const body = { ...(flags.reason === undefined ? {} : { reason: flags.reason }), restored: flags.restored === true }
        const held = await client.send('POST', path, body)
        if (flags.json) return printJson(shell, held)
        shell.out(`${say('hold.held')}\n`)
      }),
    )
  hubCommand(parent, shell, 'release', say('hold.release')).action(
    withHub<Flags>(shell, async (client, flags) => {
      const released = await client.send('POST', `${path}/release`, {})
      if (flags.json) return printJson(shell, released)
      shell.out(`${say('hold.released', { doubted: String(released.doubted) })}\n`)
    }),
  )
}

async function show(shell: Shell, client: Client, flags: Flags): Promise<void> {
  const hold = await client.get(path)
  if (flags.json) return printJson(shell, hold)
  const { say } = shell
  printPairs(shell, [
    [say('hold.isHeld'), hold.held],
    [say('hold.since'), hold.since],
    [say('hold.by'), hold.who],
    [say('column.reason'), hold.reason],
    [say('hold.isRestored'), hold.restored],
  ])
}
