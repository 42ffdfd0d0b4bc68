import type { Command } from 'commander'
import type { Client } from './client.ts'
import { showDelivery } from './deliveries.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { showEnvelope } from './inbox.ts'
import { printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly kind?: string
  readonly connection?: string
  readonly reason?: string
}

/** `crossdock dead …`: what needs a person, envelopes and deliveries together. */
export function registerDead(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('dead').description(say('dead.about'))

  listCommand(parent, shell, 'list', say('dead.list'))
    .option('--kind <kind>', say('dead.kind'))
    .option('--connection <name>', say('filter.connection'))
    .option('--reason <code>', say('filter.reason'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { kind, connection, reason } = flags
        await printRows(
          shell,
          client.rows('/v1/dead-letters', { kind, connection, reason }, rowLimit(shell, flags)),
          [
            { title: say('column.id'), cell: (row) => row.id },
            { title: say('column.kind'), cell: (row) => row.kind },
            { title: say('column.connection'), cell: (row) => row.connection },
            { title: say('column.what'), cell: (row) => row.what },
            { title: say('column.key'), cell: (row) => row.key },
            { title: say('column.reason'), cell: (row) => row.reason },
            { title: say('column.since'), cell: (row) => row.settledAt ?? row.at },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'show', say('dead.show'))
    .argument('<id>', say('replay.id'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
        if ((await kindOf(shell, client, id)) === 'envelope') await showEnvelope(shell, client, flags, id)
        else await showDelivery(shell, client, flags.json === true, id)
      }),
    )
}

/** Whether an id is an envelope's or a delivery's. @throws CommandError not-found when it is neither */
export async function kindOf(shell: Shell, client: Client, id: string): Promise<'envelope' | 'delivery'> {
  for (const kind of ['envelope', 'delivery'] as const) {
    try {
      await client.get(`/v1/${kind === 'envelope' ? 'envelopes' : 'deliveries'}/${encodeURIComponent(id)}`)
      return kind
    } catch (error) {
      if (!(error instanceof CommandError && error.exitCode === exitCode.notFound)) throw error
    }
  }
  throw new CommandError(exitCode.notFound, 'not-found', shell.say('replay.unknown', { id }))
}
