import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface EntryFlags extends HubCommandFlags {
  readonly currency?: string
  readonly account?: string
  readonly from?: string
  readonly until?: string
  readonly csv?: boolean
}
interface ChangeFlags extends HubCommandFlags {
  readonly number: string
  readonly why: string
  readonly reference?: string
  readonly paidAt?: string
  readonly lowBelow?: string
  readonly owner?: string
  readonly from?: string
  readonly until?: string
}

/** `crossdock deposits …`: what merchants paid in advance. */
export function registerDeposits(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('deposits').description(say('deposits.about'))

  listCommand(parent, shell, 'list', say('deposits.list'))
    .option('--low', say('deposits.low'))
    .action(
      withHub<HubCommandFlags & { readonly low?: boolean }>(shell, async (client, flags) => {
        const query = flags.low ? { low: 'true' } : {}
        await printRows(shell, client.rows('/v1/deposits', query, rowLimit(shell, flags)), depositColumns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'show', say('deposits.show'))
    .argument('<merchant>', say('deposits.merchant'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, merchant = '') => {
        const found = await client.get('/v1/deposits/one', { merchant })
        const items = Array.isArray(found.items) ? found.items.filter(isObject) : []
        await printRows(shell, items, depositColumns(shell), flags.json === true)
      }),
    )

  listCommand(parent, shell, 'entries', say('deposits.entries'))
    .argument('<merchant>', say('deposits.merchant'))
    .option('--currency <code>', say('deposits.currency'))
    .option('--account <account>', say('deposits.account'))
    .option('--from <day>', say('deposits.from'))
    .option('--until <day>', say('deposits.until'))
    .option('--csv', say('deposits.csv'))
    .action(
      withHub<EntryFlags>(shell, async (client, flags, merchant = '') => {
        const { currency, account, from, until } = flags
        const query = { merchant, currency, account, from, until }
        if (flags.csv) return shell.out(new TextDecoder().decode(await client.bytes('/v1/deposits/entries/export', query)))
        await printRows(shell, client.rows('/v1/deposits/entries', query, rowLimit(shell, flags)), entryColumns(shell), flags.json === true)
      }),
    )

  command(parent, shell, 'top-up', say('deposits.topUp'))
    .option('--reference <number>', say('deposits.reference'))
    .option('--paid-at <time>', say('deposits.paidAt'))
    .action(
      withHub<ChangeFlags>(shell, async (client, flags, merchant = '', currency = '', amount = '') => {
        const { number, why, reference, paidAt } = flags
        tell(
          shell,
          flags,
          await client.send('POST', '/v1/deposits/top-ups', given({ number, merchant, currency, amount, reference, paidAt, why })),
        )
      }),
    )

  for (const [name, kind] of [
    ['withdraw', 'withdrawal'],
    ['adjust', 'adjustment'],
  ] as const)
    command(parent, shell, name, say(`deposits.${name}`))
      .option('--reference <number>', say('deposits.reference'))
      .action(
        withHub<ChangeFlags>(shell, (client, flags, merchant = '', currency = '', amount = '') =>
          change(client, shell, flags, { kind, merchant, currency, amount, reference: flags.reference }),
        ),
      )

  command(parent, shell, 'credit', say('deposits.credit'))
    .option('--from <day>', say('deposits.validFrom'))
    .option('--until <day>', say('deposits.validTo'))
    .action(
      withHub<ChangeFlags>(shell, (client, flags, merchant = '', currency = '', amount = '') =>
        change(client, shell, flags, { kind: 'credit-line', merchant, currency, amount, validFrom: flags.from, validTo: flags.until }),
      ),
    )

  command(parent, shell, 'refund', say('deposits.refund'))
    .argument('<order>', say('deposits.order'))
    .action(
      withHub<ChangeFlags>(shell, (client, flags, merchant = '', currency = '', amount = '', order = '') =>
        change(client, shell, flags, { kind: 'refund', merchant, currency, amount, order }),
      ),
    )

  numbered(hubCommand(parent, shell, 'terms', say('deposits.terms')), shell)
    .argument('<merchant>', say('deposits.merchant'))
    .argument('<currency>', say('deposits.currency'))
    .option('--low-below <amount>', say('deposits.lowBelow'))
    .option('--owner <party>', say('deposits.owner'))
    .action(
      withHub<ChangeFlags>(shell, (client, flags, merchant = '', currency = '') =>
        change(client, shell, flags, { kind: 'terms', merchant, currency, lowBelow: flags.lowBelow, owner: flags.owner }),
      ),
    )

  for (const [name, to] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const)
    hubCommand(parent, shell, name, say(`deposits.${name}`))
      .argument('<key>', say('ledger.key'))
      .option('--why <text>', say('ledger.why'))
      .action(
        withHub<HubCommandFlags & { readonly why?: string }>(shell, async (client, flags, key = '') => {
          tell(shell, flags, await client.send('POST', '/v1/deposits/changes/decide', given({ key, to, why: flags.why })))
        }),
      )
}

const numbered = (of: Command, { say }: Shell): Command =>
  of.requiredOption('--number <number>', say('deposits.number')).requiredOption('--why <text>', say('orders.reason'))

const command = (parent: Command, shell: Shell, name: string, about: string): Command =>
  numbered(hubCommand(parent, shell, name, about), shell)
    .argument('<merchant>', shell.say('deposits.merchant'))
    .argument('<currency>', shell.say('deposits.currency'))
    .argument('<amount>', shell.say('deposits.amount'))

const given = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

async function change(client: Client, shell: Shell, flags: ChangeFlags, wish: Readonly<Record<string, Json | undefined>>): Promise<void> {
  const { number, why } = flags
  tell(shell, flags, await client.send('POST', '/v1/deposits/changes', given({ number, ...wish, why })))
}

function tell(shell: Shell, { json }: HubCommandFlags, made: JsonObject): void {
  const status = isObject(made.document) ? String(made.document.status) : ''
  if (json) printJson(shell, made)
  else shell.out(`${shell.say('deposits.done', { key: String(made.key), status, version: String(made.version) })}\n`)
}

const depositColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.merchant'), cell: (row) => row.merchant },
  { title: say('column.currency'), cell: (row) => row.currency },
  { title: say('column.available'), cell: (row) => row.available },
  { title: say('column.frozen'), cell: (row) => row.frozen },
  { title: say('column.creditLine'), cell: (row) => row.creditLine },
  { title: say('column.waiting'), cell: (row) => (isObject(row.waiting) ? row.waiting.orders : undefined) },
  { title: say('column.missing'), cell: (row) => (isObject(row.waiting) ? row.waiting.missing : undefined) },
  { title: say('column.low'), cell: (row) => row.low },
]

const entryColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.at'), cell: (row) => row.at },
  { title: say('column.kind'), cell: (row) => row.kind },
  { title: say('column.amount'), cell: (row) => row.amount },
  { title: say('column.before'), cell: (row) => row.before },
  { title: say('column.after'), cell: (row) => row.after },
  { title: say('column.document'), cell: (row) => (isObject(row.ref) ? `${row.ref.type} ${row.ref.key}` : '') },
  { title: say('column.reason'), cell: (row) => row.why },
]
