import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

interface ReserveFlags extends HubCommandFlags {
  readonly channel?: string
  readonly reference?: string
  readonly minutes?: string
}

/** `stock reserve`, `stock confirm` and `stock release`: goods kept for a while. */
export function registerReservations(stock: Command, shell: Shell): void {
  const { say } = shell
  const tell = (flags: HubCommandFlags, kept: JsonObject) =>
    flags.json ? printJson(shell, kept) : shell.out(`${say('stock.reservation', { id: String(kept.id), state: String(kept.state) })}\n`)

  hubCommand(stock, shell, 'reserve', say('stock.reserve'))
    .argument('<product=quantity...>', say('stock.reserveLines'))
    .requiredOption('--channel <name>', say('stock.channel'))
    .option('--reference <text>', say('stock.reference'))
    .option('--minutes <minutes>', say('stock.minutes'), '15')
    .action(
      withHub<ReserveFlags>(shell, async (client, flags, lines = '') => {
        const kept = await client.send('POST', '/v1/stock/reservations', {
          channel: flags.channel ?? '',
          ...given({ reference: flags.reference }),
          holdForMs: Math.round(Number(flags.minutes ?? 15) * 60_000),
          lines: lines
            .split(',')
            .map((line) => ({ product: line.slice(0, line.lastIndexOf('=')), quantity: line.slice(line.lastIndexOf('=') + 1) })),
        })
        tell(flags, kept)
      }),
    )

  for (const act of ['confirm', 'release'] as const)
    hubCommand(stock, shell, act, say(`stock.${act}`))
      .argument('<id>', say('stock.reservationId'))
      .action(
        withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
          tell(flags, await client.send('POST', `/v1/stock/reservations/${act}`, { id }))
        }),
      )
}
