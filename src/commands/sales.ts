import type { Command } from 'commander'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { read } from './stock-moves.ts'

const filters = ['product', 'supplier', 'store', 'warehouse', 'from', 'until'] as const
type ListFlags = HubCommandFlags & { readonly [K in (typeof filters)[number]]?: string } & { readonly by?: string }

/** `crossdock sales …`: what was sold, and what stores report. */
export function registerSales(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('sales').description(say('sales.about'))
  const list = listCommand(parent, shell, 'list', say('sales.list')).option('--by <what>', say('sales.by'), 'day')
  for (const name of filters) list.option(`--${name} <value>`, say(`sales.filter.${name}`))
  list.action(
    withHub<ListFlags>(shell, async (client, flags) => {
      const asked = Object.fromEntries(filters.map((name) => [name, flags[name]]))
      const columns: readonly Column[] = [
        { title: flags.by ?? 'day', cell: (row) => row.name },
        { title: say('column.quantity'), cell: (row) => row.quantity },
        { title: say('column.returned'), cell: (row) => row.returned },
        { title: say('column.reported'), cell: (row) => row.reported },
        { title: say('column.salesAmount'), cell: (row) => row.amount ?? '' },
        { title: say('column.currency'), cell: (row) => row.currency },
      ]
      await printRows(shell, client.rows('/v1/sales', { ...asked, by: flags.by }, rowLimit(shell, flags)), columns, flags.json === true)
    }),
  )
  hubCommand(parent, shell, 'report', say('sales.report'))
    .argument('<file>', say('sales.reportFile'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, file = '') => {
        const made = await client.send('POST', '/v1/sales/reports', await read(shell, file))
        if (flags.json) return printJson(shell, made)
        shell.out(`${say('sales.reported', { count: String(made.reports) })}\n`)
      }),
    )
}
