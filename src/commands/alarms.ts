import type { Command } from 'commander'
import { isObject, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock alarms`: what is not as it should be. */
export function registerAlarms(program: Command, shell: Shell): void {
  const { say } = shell
  listCommand(program, shell, 'alarms', say('alarms.about'))
    .option('--all', say('alarms.all'))
    .action(
      withHub<HubCommandFlags & { readonly all?: boolean }>(shell, async (client, flags) => {
        await printRows(
          shell,
          client.rows('/v1/alarms', flags.all ? {} : { open: 'true' }, rowLimit(shell, flags)),
          [
            { title: say('column.subject'), cell: (row) => row.subject },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.since'), cell: (row) => row.openedAt },
            { title: say('column.message'), cell: (row) => row.message },
            { title: say('column.told'), cell: toldOf },
          ],
          flags.json === true,
        )
      }),
    )
}

/** `ops sent, desk due` */
const toldOf = ({ notices }: JsonObject): string =>
  (Array.isArray(notices) ? notices.filter(isObject) : []).map(({ channel, state }) => `${channel} ${state}`).join(', ')
