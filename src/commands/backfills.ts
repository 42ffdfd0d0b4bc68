import type { Command } from 'commander'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly connection?: string
  readonly state?: string
}

/** `crossdock backfills …`: ranges that are read beside the live runs. */
export function registerBackfills(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('backfills').description(say('backfills.about'))

  listCommand(parent, shell, 'list', say('backfills.list'))
    .option('--connection <name>', say('backfills.connection'))
    .option('--state <state>', say('backfills.state'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { connection, state } = flags
        await printRows(
          shell,
          client.rows('/v1/backfills', { connection, state }, rowLimit(shell, flags)),
          [
            { title: say('column.id'), cell: (row) => row.id },
            { title: say('column.stream'), cell: (row) => `${row.connection} ${row.stream}` },
            { title: say('column.kind'), cell: (row) => row.kind },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.from'), cell: (row) => row.from },
            { title: say('column.until'), cell: (row) => row.until },
            { title: say('column.pages'), cell: (row) => row.pages },
            { title: say('column.records'), cell: (row) => row.records },
            { title: say('column.error'), cell: (row) => row.reason },
          ],
          flags.json === true,
        )
      }),
    )

  for (const act of ['pause', 'resume', 'cancel'] as const)
    hubCommand(parent, shell, act, say(`backfills.${act}`))
      .argument('<id>', say('backfills.id'))
      .action(
        withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
          const row = await client.send('POST', `/v1/backfills/${encodeURIComponent(id)}/${act}`, {})
          if (flags.json) printJson(shell, row)
          else shell.out(`${say('backfills.is', { id, state: String(row.state) })}\n`)
        }),
      )
}
