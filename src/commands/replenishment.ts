import type { Command } from 'commander'
import { isObject, type Json } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

const filters = ['status', 'supplier', 'product', 'location'] as const
interface Flags extends HubCommandFlags, Readonly<Partial<Record<(typeof filters)[number], string>>> {
  readonly draft?: boolean
  readonly why?: string
  readonly reason?: string
}

const inDocument = (row: { readonly document?: Json }, name: string): string => {
  const { document } = row
  const figures = isObject(document) && isObject(document.figures) ? document.figures : {}
  return String((isObject(document) ? document[name] : undefined) ?? figures[name] ?? '')
}

/** `crossdock replenishment …`: what to order, and why. */
export function registerReplenishment(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('replenishment').description(say('replenishment.about'))
  const list = listCommand(parent, shell, 'list', say('replenishment.list'))
  for (const name of filters) list.option(`--${name} <value>`, say(`replenishment.filter.${name}`))
  list.action(
    withHub<Flags>(shell, async (client, flags) => {
      const asked = Object.fromEntries(filters.map((name) => [name, flags[name]]))
      const figure = (name: string): Column => ({
        title: say(`replenishment.column.${name}` as 'replenishment.column.perDay'),
        cell: (row) => inDocument(row, name),
      })
      const columns: readonly Column[] = [
        { title: say('replenishment.column.key'), cell: (row) => row.key },
        { title: say('column.product'), cell: (row) => row.product },
        { title: say('column.location'), cell: (row) => row.location },
        { title: say('replenishment.column.supplier'), cell: (row) => row.supplier ?? '' },
        { title: say('column.quantity'), cell: (row) => inDocument(row, 'quantity') },
        figure('perDay'),
        figure('position'),
        figure('reorderPoint'),
        figure('target'),
        { title: say('replenishment.column.status'), cell: (row) => row.status },
      ]
      await printRows(shell, client.rows('/v1/replenishment', asked, rowLimit(shell, flags)), columns, flags.json === true)
    }),
  )
  const told = (flags: Flags, answer: Record<string, Json | undefined>) => {
    if (flags.json) return printJson(shell, answer as never)
    for (const [name, value] of Object.entries(answer)) shell.out(`${name}: ${Array.isArray(value) ? value.join(' ') : String(value)}\n`)
  }
  hubCommand(parent, shell, 'run', say('replenishment.run'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags) =>
        told(flags, await client.send('POST', '/v1/replenishment/run', given({ why: flags.why }))),
      ),
    )
  hubCommand(parent, shell, 'approve', say('replenishment.approve'))
    .argument('<key...>', say('replenishment.keys'))
    .option('--draft', say('replenishment.draft'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, keys = '') =>
        told(
          flags,
          await client.send('POST', '/v1/replenishment/approve', {
            keys: keys.split(','),
            issue: flags.draft !== true,
            ...given({ why: flags.why }),
          }),
        ),
      ),
    )
  hubCommand(parent, shell, 'reject', say('replenishment.reject'))
    .argument('<key...>', say('replenishment.keys'))
    .requiredOption('--reason <text>', say('replenishment.reason'))
    .action(
      withHub<Flags>(shell, async (client, flags, keys = '') =>
        told(flags, await client.send('POST', '/v1/replenishment/reject', { keys: keys.split(','), reason: flags.reason ?? '' })),
      ),
    )
}
