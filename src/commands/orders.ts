import type { Command } from 'commander'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

const filters = [
  'number',
  'origin',
  'platform',
  'channel',
  'clientSource',
  'placedVia',
  'customer',
  'status',
  'payment',
  'fulfilment',
  'currency',
  'hold',
  'funds',
  'finding',
  'from',
  'to',
] as const
type Filters = { readonly [K in (typeof filters)[number]]?: string }
interface ListFlags extends HubCommandFlags, Filters {
  readonly updatedSince?: string
  readonly totals?: boolean
}
interface PlaceFlags extends HubCommandFlags {
  readonly reason: string
  readonly supplements?: string
}

const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** `crossdock orders …`: sales orders of all platforms. */
export function registerOrders(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('orders').description(say('orders.about'))

  const list = listCommand(parent, shell, 'list', say('orders.list'))
  for (const name of filters) list.option(`--${flagOf(name)} <value>`, say(`orders.filter.${name}`))
  list
    .option('--updated-since <time>', say('orders.updatedSince'))
    .option('--totals', say('orders.totals'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const asked = Object.fromEntries(filters.map((name) => [name, flags[name]]))
        const query = { ...asked, updatedSince: timeOf(shell, flags.updatedSince) }
        if (flags.totals) return printTotals(shell, await client.get('/v1/orders/totals', query), flags.json === true)
        await printRows(shell, client.rows('/v1/orders', query, rowLimit(shell, flags)), listColumns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'show', say('orders.show'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/orders/one', { key })
        if (flags.json) return printJson(shell, found)
        await printView(shell, found)
      }),
    )

  hubCommand(parent, shell, 'place', say('orders.place'))
    .argument('<file>', say('ledger.file'))
    .requiredOption('--reason <text>', say('orders.reason'))
    .option('--supplements <key>', say('orders.supplements'))
    .action(
      withHub<PlaceFlags>(shell, async (client, { json, reason, supplements }, file = '') => {
        const order = parseJson(await readText(shell, file))
        if (!isObject(order)) throw new CommandError(exitCode.usage, 'no-object', say('ledger.noObject', { file }))
        const made = await client.send('POST', '/v1/orders', { order, reason, ...(supplements === undefined ? {} : { supplements }) })
        if (json) printJson(shell, made)
        else shell.out(`${say('ledger.written', { type: 'sales-order', key: String(made.key), version: String(made.version) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'resend', say('orders.resend'))
    .argument('<key>', say('ledger.key'))
    .requiredOption('--reason <text>', say('orders.reason'))
    .action(
      withHub<PlaceFlags>(shell, async (client, { json, reason }, key = '') => {
        const sent = await client.send('POST', '/v1/orders/resend', { key, reason })
        if (json) printJson(shell, sent)
        else shell.out(`${say('orders.resent', { key, count: String(Array.isArray(sent.deliveries) ? sent.deliveries.length : 0) })}\n`)
      }),
    )
}

const listColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.key'), cell: (row) => row.key },
  { title: say('column.number'), cell: (row) => row.number },
  { title: say('column.channel'), cell: (row) => row.channel ?? row.platform },
  { title: say('column.placed'), cell: (row) => row.placedAt },
  { title: say('column.customer'), cell: (row) => (isObject(row.customer) ? (row.customer.key ?? row.customer.name) : undefined) },
  { title: say('column.grandTotal'), cell: (row) => `${row.total} ${row.currency}` },
  { title: say('column.status'), cell: (row) => row.status },
  { title: say('column.payment'), cell: (row) => row.payment },
  { title: say('column.fulfilment'), cell: (row) => row.fulfilment },
  { title: say('column.findings'), cell: (row) => (Array.isArray(row.findings) ? row.findings.map(String).join(', ') : undefined) },
]

async function printTotals(shell: Shell, { items, whole }: JsonObject, json: boolean): Promise<void> {
  if (json) return printJson(shell, { items: items ?? [], whole: whole ?? true })
  const { say } = shell
  await printRows(
    shell,
    objects(items),
    [
      { title: say('column.currency'), cell: (row) => row.currency },
      { title: say('column.orders'), cell: (row) => row.orders },
      { title: say('column.grandTotal'), cell: (row) => row.total },
      { title: say('column.paid'), cell: (row) => row.paid },
      { title: say('column.refunded'), cell: (row) => row.refunded },
    ],
    false,
  )
  if (whole === false) shell.note(`${say('orders.notWhole')}\n`)
}

async function printView(shell: Shell, found: JsonObject): Promise<void> {
  const { say } = shell
  const links = isObject(found.links) ? found.links : {}
  printPairs(shell, [
    ...listColumns(shell)
      .filter(({ title }) => title !== say('column.findings'))
      .map(({ title, cell }): [string, Json | undefined] => [title, cell(found)]),
    ...Object.entries(links)
      .filter(([name]) => name !== 'keys')
      .map(([name, keys]): [string, Json | undefined] => [name, Array.isArray(keys) ? keys.map(String).join(', ') : undefined]),
  ])
  const tracks = isObject(found.tracks) ? found.tracks : {}
  await part(shell, say('orders.lines'), found.lines, ['line', 'product', 'quantity', 'cancelled', 'shipped', 'restocked', 'open'])
  await part(shell, say('orders.goods'), tracks.goods, ['type', 'key', 'status', 'direction', 'parcels'])
  await part(shell, say('orders.information'), tracks.information, ['document', 'connection', 'operation', 'state', 'partnerKey', 'at'])
  await part(shell, say('orders.documents'), tracks.documents, ['type', 'key', 'number', 'status'])
  await part(shell, say('orders.business'), tracks.business, ['at', 'kind', 'detail', 'actor', 'why'])
  await part(shell, say('orders.money'), tracks.money, ['type', 'key', 'status', 'amount', 'currency'])
  await part(shell, say('ledger.findings'), found.findings, ['type', 'key', 'code', 'detail'])
}

/** Titles are the names of the API's fields, as --json shows them. */
async function part(shell: Shell, title: string, rows: Json | undefined, names: readonly string[]): Promise<void> {
  const there = objects(rows)
  if (there.length === 0) return
  shell.out(`\n${title}\n`)
  await printRows(
    shell,
    there,
    names.map((name) => ({ title: name, cell: (row: JsonObject) => row[name] })),
    false,
  )
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
