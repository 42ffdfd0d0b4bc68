import type { Command } from 'commander'
import { isObject } from '../model/json.ts'
import { pathOf } from './connection-path.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly set?: string
  readonly reset?: boolean
}

/** `crossdock connection cursor`: where a stream stands, and who moved it. */
export function registerCursor(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'cursor', say('connection.cursor'))
    .argument('<name>', say('connection.name'))
    .argument('<stream>', say('pull.stream'))
    .option('--set <time>', say('connection.cursorSet'))
    .option('--reset', say('connection.cursorReset'))
    .action(
      withHub<Flags>(shell, async (client, flags, name = '', stream = '') => {
        if (flags.set !== undefined && flags.reset) throw usage(say('connection.cursorTwo'))
        const path = `${pathOf(name)}/streams/${encodeURIComponent(stream)}/cursor`
        const cursor = flags.reset
          ? await client.send('DELETE', path)
          : flags.set === undefined
            ? await client.get(path)
            : await client.send('PUT', path, { time: timeOf(shell, flags.set) ?? '' })
        if (flags.json) return printJson(shell, cursor)
        printPairs(shell, [
          [say('column.stream'), `${name} ${stream}`],
          [say('column.reached'), cursor.time ?? say('connection.atStart')],
          [say('column.firstRead'), cursor.firstRead === true ? 'open' : 'done'],
          [say('column.changed'), cursor.movedAt],
        ])
        const history = Array.isArray(cursor.history) ? cursor.history.filter(isObject) : []
        if (history.length === 0) return
        shell.out('\n')
        await printRows(
          shell,
          history,
          [
            { title: say('column.at'), cell: (row) => row.at },
            { title: say('column.who'), cell: (row) => row.who },
            { title: say('column.what'), cell: (row) => row.act },
            { title: say('column.detail'), cell: (row) => row.detail },
          ],
          false,
        )
      }),
    )
}
