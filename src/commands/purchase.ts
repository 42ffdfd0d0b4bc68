import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { registerPurchaseChanges } from './changes.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import { registerPurchaseCommands } from './purchase-write.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly status?: string
  readonly fulfilment?: string
  readonly seller?: string
  readonly number?: string
  readonly from?: string
  readonly to?: string
  readonly since?: string
  readonly late?: boolean
}

/** `crossdock purchase …`: purchases, and what people do with those of the hub. */
export function registerPurchase(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('purchase').description(say('purchase.about'))

  listCommand(parent, shell, 'list', say('purchase.list'))
    .option('--status <status>', say('ledger.status'))
    .option('--fulfilment <progress>', say('purchase.fulfilment'))
    .option('--seller <key>', say('purchase.seller'))
    .option('--number <number>', say('ledger.number'))
    .option('--from <date>', say('purchase.from'))
    .option('--to <date>', say('purchase.to'))
    .option('--since <time>', say('purchase.since'))
    .option('--late', say('purchase.late'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { status, fulfilment, seller, number, from, to } = flags
        const query = {
          status,
          fulfilment,
          seller,
          number,
          from,
          to,
          since: timeOf(shell, flags.since),
          late: flags.late ? 'true' : undefined,
        }
        await printRows(shell, client.rows('/v1/purchase-orders', query, rowLimit(shell, flags)), listColumns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'show', say('purchase.show'))
    .argument('<key>', say('purchase.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const view = await client.get('/v1/purchase-orders/one', { key })
        if (flags.json) printJson(shell, view)
        else await printView(shell, view)
      }),
    )

  registerPurchaseChanges(parent, shell)
  registerPurchaseCommands(parent, shell)
}

const listColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.key'), cell: (row) => row.key },
  { title: say('column.seller'), cell: (row) => (isObject(row.seller) ? (row.seller.name ?? row.seller.key) : undefined) },
  { title: say('column.status'), cell: (row) => row.status },
  { title: say('column.progress'), cell: (row) => row.fulfilment },
  { title: say('column.ordered'), cell: (row) => row.ordered },
  { title: say('column.confirmed'), cell: (row) => row.confirmed },
  { title: say('column.received'), cell: (row) => row.received },
  { title: say('column.rejected'), cell: (row) => row.rejected },
  { title: say('column.open'), cell: (row) => row.open },
  { title: say('column.invoiced'), cell: (row) => row.invoiced },
  { title: say('column.late'), cell: (row) => (Array.isArray(row.late) && row.late.length > 0 ? row.late.length : undefined) },
]

async function printView(shell: Shell, view: JsonObject): Promise<void> {
  const { say } = shell
  printPairs(shell, [
    [say('column.key'), view.key],
    [say('column.version'), view.version],
    [say('column.status'), view.status],
    [say('column.progress'), view.fulfilment],
    [say('column.seller'), isObject(view.seller) ? (view.seller.name ?? view.seller.key) : undefined],
    [say('column.total'), view.grandTotal],
    [say('column.paid'), view.paid],
    ...objects(view.payable).map(({ currency, owed, kinds }): [string, Json | undefined] => [
      say('column.owed'),
      owedText(currency, owed, kinds),
    ]),
  ])
  shell.out('\n')
  const value = (figure: Json | undefined) => (isObject(figure) ? figure.value : undefined)
  await printRows(
    shell,
    objects(view.lines),
    [
      { title: say('column.line'), cell: (row) => row.number },
      { title: say('column.product'), cell: productOf },
      { title: say('column.ordered'), cell: (row) => value(row.ordered) },
      { title: say('column.confirmed'), cell: (row) => value(row.confirmed) },
      { title: say('column.promised'), cell: (row) => row.promisedDate },
      { title: say('column.accepted'), cell: (row) => value(row.accepted) },
      { title: say('column.rejected'), cell: (row) => value(row.rejected) },
      { title: say('column.returned'), cell: (row) => value(row.returned) },
      { title: say('column.over'), cell: (row) => row.over },
      { title: say('column.short'), cell: (row) => row.short },
      { title: say('column.open'), cell: (row) => row.open },
      { title: say('column.invoiced'), cell: (row) => value(row.invoiced) },
      { title: say('column.paid'), cell: (row) => value(row.paid) },
    ],
    false,
  )
  const documents = ['responses', 'receipts', 'returns', 'invoices', 'others'].flatMap((name) => objects(view[name]))
  const payments = objects(view.payments).map((payment) => ({ ...payment, type: 'payment', businessDate: payment.paidAt }))
  if (documents.length + payments.length === 0) return
  shell.out('\n')
  await printRows(
    shell,
    [...documents, ...payments],
    [
      { title: say('column.document'), cell: (row) => row.type },
      { title: say('column.key'), cell: (row) => row.key },
      { title: say('column.status'), cell: (row) => row.status ?? (isObject(row.document) ? row.document.kind : undefined) },
      { title: say('column.at'), cell: (row) => row.businessDate },
    ],
    false,
  )
}

/** `CNY 1190.00 = goods 1200.00, price-variance -10.00` */
const owedText = (currency: Json | undefined, owed: Json | undefined, kinds: Json | undefined): string =>
  `${currency} ${owed} = ${Object.entries(isObject(kinds) ? kinds : {})
    .map((pair) => pair.join(' '))
    .join(', ')}`

const productOf = ({ product, line }: JsonObject): Json | undefined => {
  const item = isObject(line) ? line.product : undefined
  return product ?? (isObject(item) ? (item.sku ?? item.name) : undefined)
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
