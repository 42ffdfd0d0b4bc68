import type { Command } from 'commander'
import { isObject, type Json } from '../model/json.ts'
import { type HubCommandFlags, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly connection?: string
  readonly stream?: string
  readonly who?: string
  readonly act?: string
  readonly since?: string
}

/** `crossdock audit`: what people did to the hub. */
export function registerAudit(program: Command, shell: Shell): void {
  const { say } = shell
  listCommand(program, shell, 'audit', say('audit.about'))
    .option('--connection <name>', say('filter.connection'))
    .option('--stream <stream>', say('filter.stream'))
    .option('--who <key>', say('audit.who'))
    .option('--act <act>', say('audit.act'))
    .option('--since <time>', say('filter.since'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { connection, stream, who, act } = flags
        await printRows(
          shell,
          client.rows('/v1/audit', { connection, stream, who, act, since: timeOf(shell, flags.since) }, rowLimit(shell, flags)),
          [
            { title: say('column.at'), cell: (row) => row.at },
            { title: say('column.who'), cell: (row) => row.name ?? row.who },
            { title: say('column.act'), cell: (row) => row.act },
            { title: say('column.connection'), cell: (row) => row.connection },
            { title: say('column.stream'), cell: (row) => row.stream },
            { title: say('column.detail'), cell: (row) => inShort(row.detail) },
          ],
          flags.json === true,
        )
      }),
    )
}

const longest = 100

/** `reason: typo in the price file, generation: 2` */
function inShort(detail: Json | undefined): string {
  if (!isObject(detail)) return ''
  const text = Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
