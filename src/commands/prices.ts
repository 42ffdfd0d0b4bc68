import { extname } from 'node:path'
import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type CommandFlags, commandFields, commanding } from './ledger-put.ts'
import { type Column, printJson, printPairs, printRows, table } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'
import { read } from './stock-moves.ts'

const filters = ['list', 'product', 'kind'] as const
interface Flags extends HubCommandFlags, Readonly<Partial<Record<(typeof filters)[number], string>>> {
  readonly merchant?: string
  readonly quantity?: string
  readonly unit?: string
  readonly currency?: string
  readonly at?: string
  readonly knownAt?: string
  readonly dryRun?: boolean
  readonly why?: string
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
}
const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value))
const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const stepsOf = ({ steps }: JsonObject): string =>
  objects(steps)
    .map((step) => `${text(step.min)}+ ${text(step.unit)}: ${text(step.price)}${step.per === '1' ? '' : `/${text(step.per)}`}`)
    .join('; ')

/** `crossdock prices …`: what goods cost merchants, and why. */
export function registerPrices(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('prices').description(say('prices.about'))

  const list = listCommand(parent, shell, 'list', say('prices.list'))
  for (const name of filters) list.option(`--${name} <value>`, say(`prices.filter.${name}`))
  list.action(
    withHub<Flags>(shell, async (client, flags) => {
      const asked = Object.fromEntries(filters.map((name) => [name, flags[name]]))
      const columns: readonly Column[] = [
        { title: say('prices.column.list'), cell: (row) => row.list },
        { title: say('column.kind'), cell: (row) => row.kind },
        { title: say('column.product'), cell: (row) => row.product },
        { title: say('column.currency'), cell: (row) => row.currency },
        { title: say('prices.column.steps'), cell: (row) => stepsOf(row) },
        { title: say('column.version'), cell: (row) => row.version },
        { title: say('column.key'), cell: (row) => row.key },
      ]
      await printRows(shell, client.rows('/v1/prices', asked, rowLimit(shell, flags)), columns, flags.json === true)
    }),
  )

  hubCommand(parent, shell, 'resolve', say('prices.resolve'))
    .argument('<product>', say('prices.product'))
    .option('--merchant <key>', say('prices.merchant'))
    .option('--quantity <number>', say('prices.quantity'))
    .option('--unit <unit>', say('prices.unit'))
    .option('--currency <code>', say('prices.currency'))
    .option('--at <time>', say('prices.at'))
    .option('--known-at <time>', say('prices.knownAt'))
    .action(
      withHub<Flags>(shell, async (client, flags, product = '') => {
        const { merchant, quantity, unit, currency } = flags
        const found = await client.get('/v1/prices/resolve', {
          ...{ product, merchant, quantity, unit, currency },
          at: timeOf(shell, flags.at),
          knownAt: timeOf(shell, flags.knownAt),
        })
        if (flags.json) return printJson(shell, found)
        const price = isObject(found.price) ? found.price : undefined
        printPairs(shell, [
          ...Object.entries(found).filter(([name]) => name !== 'price' && name !== 'passed'),
          ...Object.entries(price ?? { price: say('prices.none') }),
        ])
        printPassed(shell, found.passed)
      }),
    )

  commanding(hubCommand(parent, shell, 'put', say('prices.put')), shell)
    .argument('<file>', say('prices.putFile'))
    .action(
      withHub<CommandFlags>(shell, async (client, flags, file = '') => {
        const made = await client.send('PUT', '/v1/prices', { ...(await read(shell, file)), ...commandFields(flags) })
        if (flags.json) printJson(shell, made)
        else shell.out(`${say('ledger.written', { type: 'price-list', key: text(made.key), version: text(made.version) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'import', say('prices.import'))
    .argument('<file>', say('prices.importFile'))
    .option('--dry-run', say('flag.dryRun'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, file = '') => {
        const contentType = mediaTypes[extname(file).toLowerCase()]
        if (contentType === undefined) throw usage(say('crosswalk.badFile', { file }))
        const answer = await client.upload('/v1/prices/import', contentType, await readText(shell, file), {
          dryRun: flags.dryRun ? 'true' : undefined,
          why: flags.why,
        })
        if (flags.json) printJson(shell, answer)
        else {
          for (const fault of objects(answer.faults)) shell.out(`${file}:${text(fault.line)} ${text(fault.code)} ${text(fault.message)}\n`)
          const counts = {
            made: Number(answer.made),
            changed: Number(answer.changed),
            kept: Number(answer.kept),
            refused: Number(answer.refused),
          }
          shell.out(`${say(flags.dryRun ? 'prices.wouldImport' : 'prices.imported', counts)}\n`)
        }
        if (Number(answer.refused) > 0) shell.end(exitCode.found)
      }),
    )

  hubCommand(parent, shell, 'cost', say('prices.cost'))
    .argument('<order>', say('prices.order'))
    .action(
      withHub<Flags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/orders/cost', { key })
        if (flags.json) return printJson(shell, found)
        const { lines, totals, ...head } = found
        printPairs(shell, [...Object.entries(head), ...Object.entries(isObject(totals) ? totals : {})])
        const columns = ['line', 'quantity', 'amount', 'currency', 'level', 'tier', 'list', 'version', 'price', 'why'] as const
        shell.out(
          `\n${table(
            shell,
            columns.map((name) => say(`prices.cost.${name}`)),
            objects(lines).map((line) => columns.map((name) => text(line[name]))),
          )}\n`,
        )
      }),
    )
}

function printPassed(shell: Shell, passed: Json | undefined): void {
  const rows = objects(passed)
  if (rows.length === 0) return
  const { say } = shell
  shell.out(`\n${say('prices.passed')}\n`)
  shell.out(
    `${table(
      shell,
      [say('prices.cost.level'), say('prices.cost.list'), say('column.key'), say('prices.cost.why')],
      rows.map((row) => [text(row.level), text(row.list), text(row.key ?? row.grant), text(row.why)]),
    )}\n`,
  )
}
