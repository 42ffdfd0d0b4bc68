import type { Command } from 'commander'
import { readFile as readLines } from '../http/crosswalk-files.ts'
import { ProblemError } from '../http/problem.ts'
import { billFormats, readBill } from '../ledger/bills/read-bill.ts'
import { isHubError } from '../model/errors.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import { readBytes, readText } from './read-text.ts'
import type { Shell } from './shell.ts'

const filters = ['origin', 'verdict', 'currency', 'order'] as const
type ListFlags = HubCommandFlags & { readonly [K in (typeof filters)[number]]?: string }
interface OpenFlags extends HubCommandFlags {
  readonly state?: string
  readonly origin?: string
  readonly olderThanDays?: string
  readonly totals?: boolean
}
interface ImportFlags extends HubCommandFlags {
  readonly connection?: string
  readonly number?: string
  readonly currency?: string
  readonly total?: string
  readonly provider?: string
  readonly reference?: string
  readonly paidAt?: string
  readonly why?: string
  readonly format?: string
}

/** Columns of a bill as a file. */
const billColumns = { needed: ['kind', 'amount'], more: ['order', 'fee', 'currency', 'key', 'at', 'note'] }

/** `crossdock payouts …`: what platforms paid, held against orders. */
export function registerPayouts(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('payouts').description(say('payouts.about'))
  const list = listCommand(parent, shell, 'list', say('payouts.list'))
  for (const name of filters) list.option(`--${name} <value>`, say(`payouts.filter.${name}`))
  list.action(
    withHub<ListFlags>(shell, async (client, flags) => {
      const query = Object.fromEntries(filters.map((name) => [name, flags[name]]))
      await printRows(shell, client.rows('/v1/payouts', query, rowLimit(shell, flags)), heads(shell), flags.json === true)
    }),
  )

  listCommand(parent, shell, 'show', say('payouts.show'))
    .argument('<key>', say('ledger.key'))
    .option('--verdict <verdict>', say('payouts.verdict'))
    .action(
      withHub<HubCommandFlags & { readonly verdict?: string }>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/payouts/one', { key })
        const lines = client.rows('/v1/payouts/lines', { key, verdict: flags.verdict }, rowLimit(shell, flags))
        if (flags.json) {
          const items: Json[] = []
          for await (const line of lines) items.push(line)
          return printJson(shell, { ...found, lines: items })
        }
        printPairs(
          shell,
          heads(shell).map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(found)]),
        )
        shell.out('\n')
        await printRows(shell, lines, lineColumns(shell), false)
      }),
    )

  listCommand(parent, shell, 'open', say('payouts.open'))
    .option('--state <state>', say('payouts.state'), 'open')
    .option('--origin <connection>', say('payouts.filter.origin'))
    .option('--older-than-days <days>', say('payouts.olderThan'))
    .option('--totals', say('payouts.totals'))
    .action(
      withHub<OpenFlags>(shell, async (client, flags) => {
        if (flags.totals) {
          const { items } = await client.get('/v1/settlement/totals', {})
          await printRows(shell, each(items), totalColumns(shell), flags.json === true)
          return
        }
        const query = { state: flags.state, origin: flags.origin, olderThanDays: flags.olderThanDays }
        await printRows(shell, client.rows('/v1/settlement/open', query, rowLimit(shell, flags)), openColumns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'import', say('payouts.import'))
    .argument('<file>', say('payouts.file'))
    .option('--format <format>', say('payouts.format', { formats: billFormats.join(', ') }))
    .option('--connection <name>', say('payouts.connection'))
    .option('--number <number>', say('payouts.number'))
    .option('--currency <code>', say('payouts.currency'))
    .option('--total <amount>', say('payouts.total'))
    .option('--provider <name>', say('payouts.provider'))
    .option('--reference <text>', say('payouts.reference'))
    .option('--paid-at <time>', say('payouts.paidAt'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<ImportFlags>(shell, async (client, flags, file = '') => {
        const { connection, number, currency, total, provider, reference, why } = flags
        const paidAt = timeOf(shell, flags.paidAt)
        const bill = flags.format === undefined ? await billOf(shell, file) : await providerBill(shell, file, flags.format)
        const said = Object.fromEntries(
          Object.entries({ connection, number, currency, total, provider, reference, paidAt, why }).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        )
        const made = await client.send('POST', '/v1/payouts', { ...bill, ...said })
        if (flags.json) return printJson(shell, made)
        shell.out(
          `${say('payouts.imported', { key: String(made.key), lines: String(made.lines), verdict: String(made.verdict), unmatched: String(made.unmatched), currency: String(made.currency) })}\n`,
        )
      }),
    )
}

/** A JSON file is the whole report, a CSV file its lines. */
async function billOf(shell: Shell, file: string): Promise<JsonObject> {
  const text = await readText(shell, file)
  if (!file.toLowerCase().endsWith('.csv')) {
    const value = parseJson(text)
    if (!isObject(value)) throw new CommandError(exitCode.usage, 'no-object', shell.say('ledger.noObject', { file }))
    return value
  }
  try {
    const lines = readLines('csv', billColumns, Buffer.from(text))
    return { lines: lines.map(({ cells }) => Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== ''))) }
  } catch (error) {
    if (error instanceof ProblemError) throw new CommandError(exitCode.usage, 'unreadable-file', error.message, error)
    throw error
  }
}

/** A bill of a payment provider, as it offers it for download. */
async function providerBill(shell: Shell, file: string, format: string): Promise<JsonObject> {
  const known = billFormats.find((one) => one === format)
  if (known === undefined)
    throw new CommandError(
      exitCode.usage,
      'unknown-format',
      shell.say('payouts.unknownFormat', { format, formats: billFormats.join(', ') }),
    )
  try {
    return { currency: 'CNY', ...readBill(known, await readBytes(shell, file)) }
  } catch (error) {
    if (isHubError(error)) throw new CommandError(exitCode.usage, error.detail.code, error.message, error)
    throw error
  }
}

async function* each(items: Json | undefined): AsyncGenerator<JsonObject> {
  for (const item of Array.isArray(items) ? items : []) if (isObject(item)) yield item
}

const column = (title: string, name: string): Column => ({
  title,
  cell: (row) => row[name] ?? '',
})
const heads = (shell: Shell): readonly Column[] => [
  column(shell.say('column.key'), 'key'),
  column(shell.say('column.paidAt'), 'paidAt'),
  column(shell.say('column.verdict'), 'verdict'),
  column(shell.say('column.currency'), 'currency'),
  column(shell.say('column.payoutTotal'), 'total'),
  column(shell.say('column.matched'), 'matched'),
  column(shell.say('column.unmatched'), 'unmatched'),
  column(shell.say('column.unjudged'), 'unjudged'),
  column(shell.say('column.lines'), 'lines'),
]
const lineColumns = (shell: Shell): readonly Column[] => [
  { title: '#', cell: (row) => row.position },
  column(shell.say('column.kind'), 'kind'),
  column(shell.say('column.order'), 'order'),
  column(shell.say('column.amount'), 'amount'),
  column(shell.say('column.verdict'), 'verdict'),
  { title: shell.say('column.reason'), cell: (row) => why(shell, row.arithmetic) },
]
const openColumns = (shell: Shell): readonly Column[] => [
  column(shell.say('column.order'), 'order'),
  column(shell.say('column.currency'), 'currency'),
  column(shell.say('column.captured'), 'captured'),
  column(shell.say('column.funded'), 'platformFunded'),
  column(shell.say('column.refunded'), 'refunded'),
  column(shell.say('column.paidOut'), 'paidOut'),
  column(shell.say('column.openAmount'), 'open'),
  column(shell.say('column.days'), 'days'),
]
const totalColumns = (shell: Shell): readonly Column[] => [
  column(shell.say('column.connection'), 'origin'),
  column(shell.say('column.currency'), 'currency'),
  column(shell.say('column.orders'), 'orders'),
  column(shell.say('column.openAmount'), 'open'),
  column(shell.say('column.overdue'), 'overdue'),
  column(shell.say('column.overdueAmount'), 'overdueOpen'),
]

const reasons = [
  'never-captured',
  'paid-before',
  'taken-before',
  'more-than-due',
  'less-than-due',
  'subsidy-not-paid',
  'subsidy-to-come',
  'part-of-it',
  'beyond-the-payment',
  'refund-unknown',
  'refund-differs',
  'fee-not-agreed',
  'order-unknown',
  'order-unnamed',
  'of-the-account',
  'other-currency',
  'payout-not-paid',
  'nothing-to-hold-against',
] as const

/** The reason in words, with what was expected, found, and their difference. */
function why(shell: Shell, arithmetic: Json | undefined): string {
  if (!isObject(arithmetic) || typeof arithmetic.reason !== 'string') return ''
  const { reason, expected, found, difference, feeExpected, feeFound, feeDifference } = arithmetic
  const known = reasons.find((one) => one === reason)
  const words = known === undefined ? reason : shell.say(`payouts.reason.${known}`)
  const figures =
    reason === 'fee-not-agreed'
      ? `${String(feeFound)} - ${String(feeExpected)} = ${String(feeDifference)}`
      : expected === undefined || difference === undefined || difference === '0.00'
        ? ''
        : `${String(found)} - ${String(expected)} = ${String(difference)}`
  return figures === '' ? words : `${words}: ${figures}`
}
