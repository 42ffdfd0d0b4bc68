import type { Command } from 'commander'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { type CommandFlags, commandFields, commanding } from './ledger-put.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import { readText } from './read-text.ts'
import type { Shell } from './shell.ts'

interface ListFlags extends HubCommandFlags {
  readonly status?: string
  readonly kind?: string
  readonly origin?: string
  readonly order?: string
  readonly dueBefore?: string
}
interface StepFlags extends CommandFlags {
  readonly deadline?: string
  readonly refund?: string
  readonly shipment?: string
}

/** `crossdock returns …`: what buyers ask for after a sale. */
export function registerReturns(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('returns').description(say('returns.about'))

  listCommand(parent, shell, 'list', say('returns.list'))
    .option('--status <status>', say('returns.status'))
    .option('--kind <kind>', say('returns.kind'))
    .option('--origin <connection>', say('orders.filter.origin'))
    .option('--order <key>', say('returns.order'))
    .option('--due-before <time>', say('returns.dueBefore'))
    .action(
      withHub<ListFlags>(shell, async (client, flags) => {
        const { status, kind, origin, order } = flags
        const query = { status, kind, origin, order, dueBefore: timeOf(shell, flags.dueBefore) }
        await printRows(shell, client.rows('/v1/returns', query, rowLimit(shell, flags)), columns(shell), flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'show', say('returns.show'))
    .argument('<key>', say('ledger.key'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, key = '') => {
        const found = await client.get('/v1/returns/one', { key })
        if (flags.json) return printJson(shell, found)
        printPairs(shell, [
          ...columns(shell).map(({ title, cell }): [string, ReturnType<typeof cell>] => [title, cell(found)]),
          ...(['reason', 'refund', 'shipment', 'replacement'] as const).map((name): [string, ReturnType<Column['cell']>] => [
            name,
            found[name],
          ]),
        ])
        shell.out('\n')
        printJson(shell, found.document ?? null)
      }),
    )

  hubCommand(parent, shell, 'request', say('returns.request'))
    .argument('<file>', say('ledger.file'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, file = '') => {
        const request = parseJson(await readText(shell, file))
        if (!isObject(request)) throw new CommandError(exitCode.usage, 'no-object', say('ledger.noObject', { file }))
        tell(shell, flags, await client.send('POST', '/v1/returns', request))
      }),
    )

  commanding(hubCommand(parent, shell, 'step', say('returns.step')), shell)
    .argument('<key>', say('ledger.key'))
    .argument('[to]', say('returns.to'))
    .option('--deadline <time>', say('returns.deadline'))
    .option('--refund <key>', say('returns.refund'))
    .option('--shipment <key>', say('returns.shipment'))
    .action(
      withHub<StepFlags>(shell, async (client, flags, key = '', to = undefined) => {
        const { refund, shipment } = flags
        const deadline = timeOf(shell, flags.deadline)
        const given = Object.fromEntries(
          Object.entries({ to, deadline, refund, shipment }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        )
        tell(shell, flags, await client.send('POST', '/v1/returns/step', { key, ...given, ...commandFields(flags) }))
      }),
    )

  hubCommand(parent, shell, 'replace', say('returns.replace'))
    .argument('<key>', say('ledger.key'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<CommandFlags>(shell, async (client, flags, key = '') => {
        const made = await client.send('POST', '/v1/returns/replace', { key, ...commandFields(flags) })
        if (flags.json) printJson(shell, made)
        else shell.out(`${say('returns.replaced', { key, order: String(made.order) })}\n`)
      }),
    )
}

const columns = ({ say }: Shell): readonly Column[] => [
  { title: say('column.key'), cell: (row) => row.key },
  { title: say('column.kind'), cell: (row) => row.kind },
  { title: say('column.status'), cell: (row) => row.status },
  { title: say('column.order'), cell: (row) => row.order },
  { title: say('column.at'), cell: (row) => row.requestedAt },
  { title: say('column.due'), cell: (row) => row.deadline },
]

function tell(shell: Shell, { json }: HubCommandFlags, made: JsonObject): void {
  const status = isObject(made.document) ? String(made.document.status) : ''
  if (json) printJson(shell, made)
  else shell.out(`${shell.say('returns.done', { key: String(made.key), status, version: String(made.version) })}\n`)
}
