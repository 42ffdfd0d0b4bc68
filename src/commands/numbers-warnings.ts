import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

interface WarningFlags extends HubCommandFlags {
  readonly scheme?: string
  readonly source?: string
  readonly outcome?: string
}

/** `crossdock numbers signal`, `responses` and `settle`: the early warning. */
export function registerNumberWarnings(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'signal', say('numbers.signal'))
    .argument('<kind>', say('numbers.signalKind'))
    .argument('<factor>', say('numbers.factor'))
    .option('--scheme <scheme>', say('numbers.scheme'))
    .option('--source <text>', say('numbers.source'))
    .action(
      withHub<WarningFlags>(shell, async (client, { scheme, source }, kind = '', factor = '') =>
        printJson(shell, await client.send('POST', '/v1/signals', { kind, factor, ...given({ scheme, source }) })),
      ),
    )

  listCommand(parent, shell, 'responses', say('numbers.responses'))
    .argument('<scheme>', say('numbers.scheme'))
    .action(
      withHub<WarningFlags>(shell, async (client, flags, scheme = '') => {
        const columns = [
          { title: 'id', cell: (row: JsonObject) => row.id },
          { title: say('column.at'), cell: (row: JsonObject) => row.at },
          { title: say('column.what'), cell: (row: JsonObject) => row.action },
          { title: say('numbers.assignee'), cell: (row: JsonObject) => row.assignee },
          { title: say('column.state'), cell: (row: JsonObject) => row.state },
          { title: say('numbers.outcome'), cell: (row: JsonObject) => row.outcome },
        ]
        await printRows(shell, client.rows('/v1/order-numbers/responses', { scheme }, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'settle', say('numbers.settle'))
    .argument('<id>', say('numbers.response'))
    .argument('<to>', say('numbers.settleTo'))
    .option('--outcome <text>', say('numbers.outcome'))
    .action(
      withHub<WarningFlags>(shell, async (client, { outcome }, id = '', to = '') =>
        printJson(
          shell,
          await client.send('POST', `/v1/order-numbers/responses/${encodeURIComponent(id)}/settle`, { to, ...given({ outcome }) }),
        ),
      ),
    )
}
