import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printPairs, shown, table } from './print.ts'
import type { Shell } from './shell.ts'

const rowsOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** `stock explain`: why so much is free, and what a channel may sell of it. */
export function registerStockExplain(stock: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(stock, shell, 'explain', say('stock.explain'))
    .argument('<product>', say('stock.product'))
    .option('--channel <name>', say('stock.explainChannel'))
    .action(
      withHub<HubCommandFlags & { readonly channel?: string }>(shell, async (client, flags, product = '') => {
        const query = new URLSearchParams({ product, ...(flags.channel === undefined ? {} : { channel: flags.channel }) })
        const told = await client.get(`/v1/stock/explain?${query}`)
        if (flags.json) return printJson(shell, told)
        printPairs(
          shell,
          ['onHand', 'promised', 'available', 'reserved', 'free'].map((name) => [name, told[name]] as const),
        )
        const print = (rows: readonly JsonObject[], columns: readonly string[]) => {
          if (rows.length > 0)
            shell.out(
              `\n${table(
                shell,
                columns,
                rows.map((row) => columns.map((column) => shown(row[column]))),
              )}`,
            )
        }
        print(rowsOf(told.places), ['location', 'owner', 'condition', 'lot', 'onHand', 'promised', 'available', 'asOf', 'source'])
        print(rowsOf(told.orders), ['order', 'line', 'quantity', 'shipment', 'leftAt'])
        print(rowsOf(told.reservations), ['id', 'channel', 'reference', 'quantity', 'state', 'until'])
        for (const offer of rowsOf(told.offers)) {
          shell.out('\n')
          printPairs(shell, [
            ['stockLevel', offer.stockLevel],
            ['pushable', offer.pushable],
          ])
          print(rowsOf(offer.steps), ['step', 'location', 'taken', 'left', 'rule'])
        }
      }),
    )
}
