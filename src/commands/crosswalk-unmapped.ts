import type { Command } from 'commander'
import { isObject, type Json } from '../model/json.ts'
import { type HubCommandFlags, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface UnmappedFlags extends HubCommandFlags {
  readonly type?: string
  readonly connection?: string
}

/** `crosswalk unmapped`: what a person has to say before others go on. */
export function registerUnmapped(parent: Command, shell: Shell): void {
  const { say } = shell
  listCommand(parent, shell, 'unmapped', say('crosswalk.unmapped'))
    .option('--type <type>', say('crosswalk.typeOrKind'))
    .option('--connection <name>', say('filter.connection'))
    .action(
      withHub<UnmappedFlags>(shell, async (client, flags) => {
        const { type, connection } = flags
        await printRows(
          shell,
          client.rows('/v1/crosswalk/unmapped', { type, connection }, rowLimit(shell, flags)),
          [
            { title: say('column.missing'), cell: (row) => row.missing },
            { title: say('column.type'), cell: (row) => row.type },
            { title: say('column.connection'), cell: (row) => row.connection },
            { title: say('column.key'), cell: (row) => row.key },
            { title: say('column.waiting'), cell: (row) => Number(row.envelopes) + Number(row.deliveries) + Number(row.documents) },
            { title: say('column.since'), cell: (row) => row.since },
            { title: say('column.suggested'), cell: (row) => suggested(row.suggestions) },
          ],
          flags.json === true,
        )
      }),
    )
}

/** `LAMP-49 (gtin 1)`, the best first. */
const suggested = (found: Json | undefined): string =>
  (Array.isArray(found) ? found.filter(isObject) : []).map(({ key, reason, score }) => `${key} (${reason} ${score})`).join(', ')
