import type { Command } from 'commander'
import type { JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, timeOf, withHub } from './hub-command.ts'
import { moneyOf } from './payables.ts'
import { type Column, printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { registerStatementsExport } from './statements-export.ts'
import { given } from './stock-moves.ts'

const names = [
  'kind',
  'status',
  'party',
  'owner',
  'currency',
  'until',
  'why',
  'hash',
  'line',
  'reason',
  'number',
  'amount',
  'at',
  'method',
  'reference',
] as const
interface Flags extends HubCommandFlags, Readonly<Partial<Record<(typeof names)[number], string>>> {
  readonly publish?: boolean
}

/** `crossdock statements …`: statements of accounts, from the books to the payment. */
export function registerStatements(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('statements').description(say('statements.about'))
  const columns: readonly Column[] = [
    { title: say('statements.column.number'), cell: (row) => row.number },
    { title: say('statements.column.status'), cell: (row) => row.status },
    { title: say('statements.column.party'), cell: (row) => row.party },
    { title: say('column.currency'), cell: (row) => row.currency },
    { title: say('statements.column.until'), cell: (row) => row.until },
    { title: say('statements.column.opening'), cell: (row) => row.opening },
    { title: say('statements.column.closing'), cell: (row) => row.closing },
    { title: say('statements.column.lines'), cell: (row) => row.lineCount },
  ]
  const told = (flags: Flags, row: JsonObject) => {
    if (flags.json) return printJson(shell, row)
    const text = (name: string) => String(row[name])
    const { number, status, revision, closing, currency, hash } = {
      number: text('number'),
      status: text('status'),
      revision: text('revision'),
      closing: text('closing'),
      currency: text('currency'),
      hash: text('hash'),
    }
    shell.out(`${say('statements.done', { number, status, revision, closing, currency, hash })}\n`)
  }
  const path = (number: string, act = '') => `/v1/statements/${encodeURIComponent(number)}${act}`

  listCommand(parent, shell, 'list', say('statements.list'))
    .option('--kind <kind>', say('statements.kind'))
    .option('--status <status>', say('statements.status'))
    .option('--party <key>', say('statements.party'))
    .option('--owner <key>', say('payables.owner'))
    .option('--currency <code>', say('payables.currency'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { kind, status, party, owner, currency } = flags
        const rows = client.rows('/v1/statements', { kind, status, party, owner, currency }, rowLimit(shell, flags))
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )
  hubCommand(parent, shell, 'show', say('statements.show'))
    .argument('<number>', say('statements.number'))
    .action(
      withHub<Flags>(shell, async (client, flags, number = '') => {
        const row = await client.get(path(number))
        if (flags.json) return printJson(shell, row)
        printPairs(shell, [...Object.entries(row)])
      }),
    )
  listCommand(parent, shell, 'lines', say('statements.lines'))
    .argument('<number>', say('statements.number'))
    .action(
      withHub<Flags>(shell, async (client, flags, number = '') => {
        const line: readonly Column[] = [
          { title: say('statements.column.line'), cell: (row) => row.line },
          { title: say('payables.column.date'), cell: (row) => row.businessDate },
          { title: say('payables.column.kind'), cell: (row) => row.kind },
          { title: say('payables.column.amount'), cell: (row) => row.amount },
          { title: say('payables.column.document'), cell: (row) => row.document },
        ]
        await printRows(shell, client.rows(path(number, '/lines'), {}, rowLimit(shell, flags)), line, flags.json === true)
      }),
    )
  registerStatementsExport(parent, shell)
  hubCommand(parent, shell, 'generate', say('statements.generate'))
    .argument('<party>', say('statements.party'))
    .requiredOption('--kind <kind>', say('statements.kind'))
    .requiredOption('--owner <key>', say('payables.owner'))
    .requiredOption('--currency <code>', say('payables.currency'))
    .requiredOption('--until <day>', say('statements.until'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, party = '') => {
        const { kind, owner, currency, until, why } = flags
        told(flags, await client.send('POST', '/v1/statements', { party, ...given({ kind, owner, currency, until, why }) }))
      }),
    )
  hubCommand(parent, shell, 'run', say('statements.run'))
    .requiredOption('--kind <kind>', say('statements.kind'))
    .requiredOption('--until <day>', say('statements.until'))
    .option('--publish', say('statements.andPublish'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { kind, until, why } = flags
        const sums = await client.send('POST', '/v1/statements/run', { publish: flags.publish === true, ...given({ kind, until, why }) })
        if (flags.json) printJson(shell, sums)
        else shell.out(`${say('statements.ran', { made: String(sums.made), kept: String(sums.kept) })}\n`)
      }),
    )
  for (const act of ['publish', 'revise'] as const)
    hubCommand(parent, shell, act, say(`statements.${act}`))
      .argument('<number>', say('statements.number'))
      .option('--why <text>', say('ledger.why'))
      .action(
        withHub<Flags>(shell, async (client, flags, number = '') =>
          told(flags, await client.send('POST', path(number, `/${act}`), given({ why: flags.why }))),
        ),
      )
  for (const act of ['confirm', 'approve'] as const)
    hubCommand(parent, shell, act, say(`statements.${act}`))
      .argument('<number>', say('statements.number'))
      .requiredOption('--hash <hash>', say('statements.hash'))
      .option('--why <text>', say('ledger.why'))
      .action(
        withHub<Flags>(shell, async (client, flags, number = '') =>
          told(flags, await client.send('POST', path(number, `/${act}`), given({ hash: flags.hash, why: flags.why }))),
        ),
      )
  hubCommand(parent, shell, 'dispute', say('statements.dispute'))
    .argument('<number>', say('statements.number'))
    .requiredOption('--hash <hash>', say('statements.hash'))
    .requiredOption('--reason <text>', say('statements.reason'))
    .option('--line <line>', say('statements.line'))
    .action(
      withHub<Flags>(shell, async (client, flags, number = '') => {
        const dispute = { reason: flags.reason ?? '', ...(flags.line === undefined ? {} : { line: Number(flags.line) }) }
        told(flags, await client.send('POST', path(number, '/dispute'), { hash: flags.hash ?? '', disputes: [dispute] }))
      }),
    )
  hubCommand(parent, shell, 'pay', say('statements.pay'))
    .argument('<number>', say('statements.number'))
    .requiredOption('--hash <hash>', say('statements.hash'))
    .requiredOption('--amount <money>', say('payables.amount'))
    .requiredOption('--number <text>', say('statements.payment'))
    .option('--at <time>', say('statements.paidAt'))
    .option('--reference <text>', say('statements.reference'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<Flags>(shell, async (client, flags, statement = '') => {
        const { hash, number, reference, why } = flags
        const { amount } = moneyOf(shell, flags.amount)
        const made = await client.send('POST', path(statement, '/pay'), {
          amount,
          ...given({ hash, number, reference, why, paidAt: timeOf(shell, flags.at) }),
        })
        if (flags.json) return printJson(shell, made)
        const status = String((made.statement as JsonObject | undefined)?.status)
        shell.out(`${say('statements.paid', { key: String(made.key), number: statement, status })}\n`)
      }),
    )
}
