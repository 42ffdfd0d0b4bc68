import type { Command } from 'commander'
import { type HubCommandFlags, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type Column, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { registerStockExplain } from './stock-explain.ts'
import { registerStockMoves } from './stock-moves.ts'
import { registerReservations } from './stock-reservations.ts'

interface ListFlags extends HubCommandFlags {
  readonly product?: string
  readonly location?: string
  readonly owner?: string
  readonly condition?: string
  readonly lot?: string
  readonly since?: string
}

/** `crossdock stock …`: what is where, what moved, and what may be sold. */
export function registerStock(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('stock').description(say('stock.about'))
  const place: readonly Column[] = [
    { title: say('column.location'), cell: (row) => row.location },
    { title: say('column.owner'), cell: (row) => row.owner },
    { title: say('column.condition'), cell: (row) => row.condition },
    { title: say('column.lot'), cell: (row) => row.lot },
  ]

  listCommand(parent, shell, 'list', say('stock.list'))
    .option('--product <key>', say('stock.product'))
    .option('--location <key>', say('stock.location'))
    .option('--owner <key>', say('stock.owner'))
    .option('--condition <condition>', say('stock.condition'))
    .option('--lot <lot>', say('stock.lot'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { product, location, owner, condition, lot } = flags
        const rows = client.rows('/v1/stock', { product, location, owner, condition, lot }, rowLimit(shell, flags))
        const columns: readonly Column[] = [
          { title: say('column.product'), cell: (row) => row.product },
          ...place,
          { title: say('column.onHand'), cell: (row) => row.onHand },
          { title: say('column.reserved'), cell: (row) => row.reserved },
          { title: say('column.inTransit'), cell: (row) => row.inTransit },
          { title: say('column.available'), cell: (row) => row.available },
          { title: say('column.asOf'), cell: (row) => row.asOf },
          { title: say('column.source'), cell: (row) => row.source },
        ]
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  listCommand(parent, shell, 'summary', say('stock.summary'))
    .option('--by <what>', say('stock.by'), 'product')
    .option('--product <key>', say('stock.product'))
    .option('--supplier <key>', say('stock.supplier'))
    .option('--owner <key>', say('stock.owner'))
    .option('--condition <condition>', say('stock.condition'))
    .action(
      withHub<ListFlags & { readonly by?: string; readonly supplier?: string }>(shell, async (client, flags) => {
        const { by, product, supplier, owner, condition } = flags
        const query = { by, product, supplier, owner, condition }
        const columns: readonly Column[] = [
          { title: by ?? 'product', cell: (row) => row.name },
          { title: say('column.onHand'), cell: (row) => row.onHand },
          { title: say('column.reserved'), cell: (row) => row.reserved },
          { title: say('column.inTransit'), cell: (row) => row.inTransit },
          { title: say('column.available'), cell: (row) => row.available },
          { title: say('column.asOf'), cell: (row) => row.asOf ?? '' },
        ]
        await printRows(shell, client.rows('/v1/stock/summary', query, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )

  listCommand(parent, shell, 'movements', say('stock.movements'))
    .argument('<product>', say('stock.product'))
    .argument('<location>', say('stock.end'))
    .option('--owner <key>', say('stock.owner'))
    .option('--condition <condition>', say('stock.condition'))
    .option('--lot <lot>', say('stock.lot'))
    .option('--since <time>', say('ledger.time'))
    .action(
      withHub<ListFlags>(shell, async (client, flags, product = '', location = '') => {
        const { owner, condition, lot } = flags
        const since = timeOf(shell, flags.since)
        const rows = client.rows('/v1/stock/movements', { product, location, owner, condition, lot, since }, rowLimit(shell, flags))
        const columns: readonly Column[] = [
          { title: say('column.at'), cell: (row) => row.at },
          { title: say('column.kind'), cell: (row) => row.kind },
          { title: say('column.quantity'), cell: (row) => row.quantity },
          { title: say('column.balance'), cell: (row) => row.balance },
          { title: say('column.lot'), cell: (row) => row.lot },
          { title: say('column.document'), cell: (row) => `${row.type} ${row.key}` },
        ]
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  registerStockExplain(parent, shell)
  registerStockMoves(parent, shell)
  registerReservations(parent, shell)
}
