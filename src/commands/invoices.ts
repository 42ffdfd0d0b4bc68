import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

const filters = ['supplier', 'match', 'kind', 'status', 'number', 'tax-number', 'tax-code', 'due-before', 'from', 'to'] as const
interface ListFlags extends HubCommandFlags {
  readonly held?: boolean
  readonly supplier?: string
  readonly match?: string
  readonly kind?: string
  readonly status?: string
  readonly number?: string
  readonly taxNumber?: string
  readonly taxCode?: string
  readonly dueBefore?: string
  readonly from?: string
  readonly to?: string
}
interface CommandFlags extends HubCommandFlags {
  readonly why?: string
}

const texts = (value: Json | undefined): string => (Array.isArray(value) ? value.map(String).join(', ') : '')
const sumsText = (value: Json | undefined): string =>
  Object.entries(isObject(value) ? value : {})
    .map((pair) => pair.join(' '))
    .join(', ')
const rowsIn = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** `crossdock invoices …`: invoices beside orders and receipts, and what holds their payment. */
export function registerInvoices(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('invoices').description(say('invoices.about'))
  const list = listCommand(parent, shell, 'list', say('invoices.list')).option('--held', say('invoices.filter.held'))
  for (const name of filters) list.option(`--${name} <value>`, say(`invoices.filter.${name}`))
  list.action(
    withHub<ListFlags>(shell, async (client, flags) => {
      const { supplier, match, kind, status, number, taxNumber, taxCode, dueBefore, from, to } = flags
      const asked = { supplier, match, kind, status, number, taxNumber, taxCode, dueBefore, from, to }
      const query = { ...asked, held: flags.held ? 'true' : undefined }
      await printRows(shell, client.rows('/v1/invoices', query, rowLimit(shell, flags)), listColumns(shell), flags.json === true)
    }),
  )

  hubCommand(parent, shell, 'match', say('invoices.match'))
    .argument('<key>', say('invoices.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/invoices/match', { key })
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          ...listColumns(shell).map(({ title, cell }): [string, ReturnType<Column['cell']>] => [title, cell(found)]),
          [say('invoices.column.doubles'), texts(found.doubles)],
          [say('invoices.column.posted'), sumsText(found.posted)],
        ])
        for (const line of rowsIn(found.lines)) tellLine(shell, line)
        for (const { key: of, line, quantity, amount } of rowsIn(found.credits))
          shell.out(
            `  ${say('invoices.taken', { key: String(of), line: String(line), quantity: String(quantity), amount: String(amount) })}\n`,
          )
      }),
    )

  hubCommand(parent, shell, 'accept', say('invoices.accept'))
    .argument('<key>', say('invoices.key'))
    .requiredOption('--why <text>', say('ledger.why'))
    .action(
      withHub<CommandFlags>(shell, async (client, flags, key = '') => {
        const answer = await client.send('POST', '/v1/invoices/accept', { key, why: flags.why ?? '' })
        if (flags.json) return printJson(shell, answer)
        const { state, amounts } = answer
        const told = { key, codes: texts(answer.codes), worth: sumsText(amounts) }
        shell.out(`${state === 'accepted' ? say('invoices.accepted', told) : say('invoices.waits', told)}\n`)
      }),
    )

  hubCommand(parent, shell, 'rematch', say('invoices.rematch'))
    .argument('<key...>', say('invoices.keys'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<CommandFlags>(shell, async (client, flags, keys = '') => {
        const answer = await client.send('POST', '/v1/invoices/rematch', { keys: keys.split(','), ...given({ why: flags.why }) })
        if (flags.json) return printJson(shell, answer)
        shell.out(`${say('invoices.rematched', { count: String(answer.judged) })}\n`)
      }),
    )
}

const listColumns = ({ say }: Shell): readonly Column[] => [
  { title: say('invoices.column.key'), cell: (row) => row.key },
  { title: say('invoices.column.number'), cell: (row) => row.number },
  { title: say('invoices.column.supplier'), cell: (row) => row.supplier },
  { title: say('invoices.column.issued'), cell: (row) => row.issueDate },
  { title: say('invoices.column.due'), cell: (row) => row.dueDate ?? '' },
  { title: say('invoices.column.total'), cell: (row) => `${row.currency} ${row.total}` },
  { title: say('invoices.column.match'), cell: (row) => row.match },
  { title: say('invoices.column.quantityVariance'), cell: (row) => row.quantityVariance },
  { title: say('invoices.column.priceVariance'), cell: (row) => row.priceVariance },
  { title: say('invoices.column.holds'), cell: (row) => texts(row.holds) },
]

function tellLine(shell: Shell, line: JsonObject): void {
  const arithmetic = isObject(line.arithmetic) ? line.arithmetic : {}
  const order = line.order === null ? shell.say('invoices.noOrder') : `${line.order} ${line.orderLine}`
  shell.out(`\n${line.line}  ${order}  ${line.match}\n  ${arithmetic.quantity}\n`)
  if (typeof arithmetic.price === 'string') shell.out(`  ${arithmetic.price}\n`)
  for (const { basis, receipt, receiptLine, against, againstLine, quantity, amount } of rowsIn(line.parts)) {
    const what = [receipt, receiptLine, against, againstLine].filter((one) => typeof one === 'string').join(' ')
    shell.out(`    ${basis}  ${quantity}  ${amount}${what === '' ? '' : `  ${what}`}\n`)
  }
}
