import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows, shown } from './print.ts'
import type { Shell } from './shell.ts'

interface VerifyFlags extends HubCommandFlags {
  readonly repair?: boolean
}

const requestLimitMs = 600_000

/** `ledger verify` and `ledger figures`: whether the derived figures hold, and what they are. */
export function registerFigures(ledger: Command, shell: Shell): void {
  const { say } = shell

  hubCommand(ledger, shell, 'verify', say('ledger.verify'))
    .option('--repair', say('ledger.repair'))
    .action(
      withHub<VerifyFlags>(shell, async (client, flags) => {
        const answer = flags.repair
          ? await client.send('POST', '/v1/ledger/repair', {}, {}, requestLimitMs)
          : await client.get('/v1/ledger/verify', {}, requestLimitMs)
        if (flags.json) printJson(shell, answer)
        else await printVerified(shell, answer)
        if (!answer.ok || answer.whole === false) shell.end(exitCode.found)
      }),
    )

  listCommand(ledger, shell, 'verifications', say('ledger.verifications')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      await printRows(
        shell,
        client.rows('/v1/ledger/verifications', {}, rowLimit(shell, flags)),
        [
          { title: say('column.id'), cell: (row) => row.id },
          { title: say('column.at'), cell: (row) => row.endedAt },
          { title: say('column.who'), cell: (row) => row.askedBy },
          { title: say('column.rows'), cell: (row) => (isObject(row.checked) ? rowsIn(row.checked) : undefined) },
          { title: say('column.differences'), cell: (row) => row.found },
          { title: say('column.repaired'), cell: (row) => row.mended },
        ],
        flags.json === true,
      )
    }),
  )

  hubCommand(ledger, shell, 'order-as-of', say('ledger.orderAsOf'))
    .argument('<type>', say('ledger.orderType'))
    .argument('<key>', say('ledger.key'))
    .argument('<time>', say('ledger.time'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '', time = '') => {
        const found = await client.get('/v1/orders/as-of', { type, key, at: timeOf(shell, time) })
        if (flags.json) return printJson(shell, found)
        printPairs(
          shell,
          (['at', 'status', 'payment', 'fulfilment', 'grandTotal', 'paid', 'refunded'] as const).map((name) => [name, found[name]]),
        )
        shell.out('\n')
        const figures = ['quantity', 'cancelled', 'confirmed', 'shipped', 'received', 'invoiced', 'open'] as const
        const columns = ['line', 'product', ...figures].map((name) => ({ title: name, cell: (row: JsonObject) => row[name] }))
        await printRows(shell, objects(found.lines), columns, false)
      }),
    )

  hubCommand(ledger, shell, 'stock-as-of', say('ledger.stockAsOf'))
    .argument('<product>', say('ledger.product'))
    .argument('<time>', say('ledger.time'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, product = '', time = '') => {
        const found = await client.get('/v1/stock/as-of', { product, at: timeOf(shell, time) })
        if (flags.json) return printJson(shell, found)
        const columns = ['location', 'condition', 'onHand', 'reserved', 'inTransit', 'available', 'asOf', 'source'].map((name) => ({
          title: name,
          cell: (row: JsonObject) => row[name],
        }))
        await printRows(shell, objects(found.rows), columns, false)
        if (found.exact === false) shell.note(`${say('ledger.notExact')}\n`)
      }),
    )

  hubCommand(ledger, shell, 'figures', say('ledger.figures')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const stats = await client.get('/v1/stats')
      if (flags.json) return printJson(shell, stats)
      await printRows(
        shell,
        [...figuresOf(stats, '')].map(([name, value]) => ({ name, value })),
        [
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.value'), cell: (row) => row.value },
        ],
        false,
      )
    }),
  )
}

async function printVerified(shell: Shell, answer: JsonObject): Promise<void> {
  const { say } = shell
  const repaired = objects(answer.repaired)
  if (repaired.length > 0) shell.out(`${say('ledger.repaired', { count: repaired.length })}\n`)
  const differences = objects(answer.differences)
  const shownRows = differences.length > 0 ? differences : repaired
  if (shownRows.length > 0)
    await printRows(
      shell,
      shownRows,
      [
        { title: say('column.table'), cell: (row) => row.table },
        { title: say('column.key'), cell: (row) => row.key },
        { title: say('column.stored'), cell: (row) => row.stored },
        { title: say('column.computed'), cell: (row) => row.computed },
      ],
      false,
    )
  if (isObject(answer.checked))
    printPairs(
      shell,
      Object.entries(answer.checked).map(([table, count]) => [say('ledger.checked', { table }), count]),
    )
  if (answer.whole === false) shell.out(`${say('ledger.notWhole')}\n`)
  shell.out(`${answer.ok ? say('ledger.holds') : say('ledger.differs', { count: differences.length })}\n`)
}

const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const rowsIn = (checked: JsonObject): number => Object.values(checked).reduce<number>((sum, count) => sum + Number(count), 0)

/** Every figure by its path; entries of a list are named by what they are about (shop, currency, type …). */
function* figuresOf(value: Json | undefined, path: string): Generator<readonly [string, string]> {
  if (Array.isArray(value)) {
    for (const entry of value) if (isObject(entry)) yield* figuresOf(numbers(entry), `${path}[${label(entry)}]`)
  } else if (isObject(value)) {
    for (const [name, field] of Object.entries(value)) yield* figuresOf(field, path === '' ? name : `${path}.${name}`)
  } else if (value !== undefined && value !== null) yield [path, shown(value)]
}

const names = ['type', 'origin', 'currency', 'status', 'code'] as const
const label = (entry: JsonObject): string => names.flatMap((name) => (typeof entry[name] === 'string' ? [entry[name]] : [])).join(' ')
const numbers = (entry: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => !names.some((known) => known === name)))
