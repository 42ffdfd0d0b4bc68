import type { Command } from 'commander'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { type Column, printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

interface Flags extends HubCommandFlags {
  readonly supplier?: string
  readonly owner?: string
  readonly currency?: string
  readonly on?: string
  readonly kind?: string
  readonly from?: string
  readonly until?: string
}
interface FeeFlags extends HubCommandFlags {
  readonly number?: string
  readonly owner?: string
  readonly bearer?: string
  readonly amount?: string
  readonly date?: string
  readonly why?: string
}

/** An amount with its currency, as people write it. @throws CommandError usage */
export function moneyOf(shell: Shell, given: string | undefined): { readonly amount: string; readonly currency: string } {
  const found = /^(\d+(?:\.\d+)?) ?([A-Z]{3})$/.exec(given?.trim() ?? '')
  if (found === null) throw usage(shell.say('payables.badAmount', { amount: given ?? '' }))
  return { amount: found[1] ?? '', currency: found[2] ?? '' }
}

/** `crossdock payables …`: what is owed to suppliers, and why. */
export function registerPayables(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('payables').description(say('payables.about'))
  const buckets = ['notDue', 'days1to30', 'days31to60', 'days61to90', 'over90', 'undated'] as const

  listCommand(parent, shell, 'list', say('payables.list'))
    .option('--supplier <key>', say('payables.supplier'))
    .option('--owner <key>', say('payables.owner'))
    .option('--currency <code>', say('payables.currency'))
    .option('--on <day>', say('payables.on'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { owner, currency, on } = flags
        const columns: readonly Column[] = [
          { title: say('payables.column.owner'), cell: (row) => row.owner },
          { title: say('payables.column.supplier'), cell: (row) => row.party },
          { title: say('column.currency'), cell: (row) => row.currency },
          { title: say('payables.column.owed'), cell: (row) => row.owed },
          { title: say('payables.column.prepayment'), cell: (row) => row.prepayment },
          ...buckets.map((name): Column => ({ title: say(`payables.column.${name}`), cell: (row) => row[name] })),
        ]
        const query = { party: flags.supplier, owner, currency, on }
        await printRows(shell, client.rows('/v1/payables', query, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )

  listCommand(parent, shell, 'entries', say('payables.entries'))
    .argument('<supplier>', say('payables.supplier'))
    .option('--owner <key>', say('payables.owner'))
    .option('--currency <code>', say('payables.currency'))
    .option('--kind <kind>', say('payables.kind'))
    .option('--from <day>', say('payables.from'))
    .option('--until <day>', say('payables.until'))
    .action(
      withHub<Flags>(shell, async (client, flags, party = '') => {
        const { owner, currency, kind, from, until } = flags
        const columns: readonly Column[] = [
          { title: say('payables.column.date'), cell: (row) => row.businessDate },
          { title: say('payables.column.kind'), cell: (row) => row.kind },
          { title: say('payables.column.amount'), cell: (row) => row.amount },
          { title: say('column.currency'), cell: (row) => row.currency },
          { title: say('payables.column.balance'), cell: (row) => row.balance },
          { title: say('payables.column.document'), cell: (row) => [row.type, row.key, row.line].filter((one) => one !== null).join(' ') },
        ]
        const query = { party, owner, currency, kind, from, until }
        await printRows(shell, client.rows('/v1/payables/entries', query, rowLimit(shell, flags)), columns, flags.json === true)
      }),
    )

  hubCommand(parent, shell, 'fee', say('payables.fee'))
    .argument('<supplier>', say('payables.supplier'))
    .requiredOption('--number <text>', say('payables.number'))
    .requiredOption('--owner <key>', say('payables.owner'))
    .requiredOption('--bearer <side>', say('payables.bearer'))
    .requiredOption('--amount <money>', say('payables.amount'))
    .requiredOption('--date <day>', say('payables.date'))
    .option('--why <text>', say('ledger.why'))
    .action(
      withHub<FeeFlags>(shell, async (client, flags, supplier = '') => {
        const { number, owner, bearer, date, why } = flags
        const made = await client.send('POST', '/v1/payables/fees', {
          ...{ supplier, ...moneyOf(shell, flags.amount) },
          ...given({ number, owner, bearer, date, why }),
        })
        if (flags.json) printJson(shell, made)
        else shell.out(`${say('payables.charged', { key: String(made.key), version: String(made.version) })}\n`)
      }),
    )
}
