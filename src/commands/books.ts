import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'
import { given } from './stock-moves.ts'

interface BookFlags extends HubCommandFlags {
  readonly owner: string
  readonly party?: string
  readonly currency?: string
  readonly at?: string
  readonly period?: string
  readonly book?: string
  readonly kind?: string
  readonly key?: string
  readonly date?: string
  readonly why?: string
  readonly less?: boolean
  readonly opening?: boolean
  readonly zone?: string
}

/** `payable/payable 1190.00, payable/prepayment 50.00`: of one currency, which has a column of its own. */
const balancesText = (accounts: Json | undefined): string =>
  (Array.isArray(accounts) ? accounts.filter(isObject) : []).map(({ book, account, balance }) => `${book}/${account} ${balance}`).join(', ')

/** `crossdock books …`: books of money, their accounts and what moved on them. */
export function registerBooks(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('books').description(say('books.about'))
  const ofAccount = (command: Command): Command =>
    command
      .argument('<book>', say('books.book'))
      .argument('<account>', say('books.account'))
      .requiredOption('--owner <party>', say('books.owner'))
      .option('--party <party>', say('books.party'))
      .requiredOption('--currency <code>', say('books.currency'))

  listCommand(parent, shell, 'accounts', say('books.accounts'))
    .option('--book <book>', say('books.book'))
    .option('--owner <party>', say('books.owner'))
    .option('--party <party>', say('books.party'))
    .option('--kind <account>', say('books.account'))
    .action(
      withHub<BookFlags>(shell, async (client, { book, owner, party, kind, ...flags }) => {
        const columns = [
          { title: say('books.name'), cell: (row: JsonObject) => row.name },
          { title: say('books.ownerColumn'), cell: (row: JsonObject) => row.owner },
          { title: say('books.balance'), cell: (row: JsonObject) => row.balance },
          { title: say('books.entriesColumn'), cell: (row: JsonObject) => row.entries },
        ]
        const rows = client.rows('/v1/accounts', { book, owner, party, kind }, rowLimit(shell, flags))
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  listCommand(parent, shell, 'balances', say('books.balances'))
    .option('--party <party>', say('books.party'))
    .option('--owner <party>', say('books.owner'))
    .option('--currency <code>', say('books.currency'))
    .action(
      withHub<BookFlags>(shell, async (client, { party, owner, currency, ...flags }) => {
        const columns = [
          { title: say('books.partyColumn'), cell: (row: JsonObject) => row.party },
          { title: say('books.ownerColumn'), cell: (row: JsonObject) => row.owner },
          { title: say('column.currency'), cell: (row: JsonObject) => row.currency },
          { title: say('books.balance'), cell: (row: JsonObject) => balancesText(row.accounts) },
        ]
        const rows = client.rows('/v1/balances', { party, owner, currency }, rowLimit(shell, flags))
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  ofAccount(hubCommand(parent, shell, 'account', say('books.show')))
    .option('--at <time>', say('books.at'))
    .action(
      withHub<BookFlags>(shell, async (client, flags, book = '', kind = '') => {
        const { owner, party, currency, at } = flags
        const row = await client.get('/v1/accounts/one', { book, kind, owner, party, currency, at })
        if (flags.json) printJson(shell, row)
        else printPairs(shell, Object.entries(row))
      }),
    )

  ofAccount(listCommand(parent, shell, 'entries', say('books.entries')))
    .option('--period <month>', say('books.period'))
    .action(
      withHub<BookFlags>(shell, async (client, flags, book = '', kind = '') => {
        const { owner, party, currency, period } = flags
        const columns = [
          { title: '#', cell: (row: JsonObject) => row.seq },
          { title: say('books.date'), cell: (row: JsonObject) => row.businessDate },
          { title: say('books.periodColumn'), cell: (row: JsonObject) => row.period },
          { title: say('column.kind'), cell: (row: JsonObject) => row.kind },
          { title: say('books.amount'), cell: (row: JsonObject) => row.amount },
          { title: say('books.balance'), cell: (row: JsonObject) => row.balance },
          { title: say('books.transfer'), cell: (row: JsonObject) => row.transfer },
          { title: say('column.reason'), cell: (row: JsonObject) => row.why },
        ]
        const rows = client.rows('/v1/accounts/entries', { book, kind, owner, party, currency, period }, rowLimit(shell, flags))
        await printRows(shell, rows, columns, flags.json === true)
      }),
    )

  ofAccount(hubCommand(parent, shell, 'enter', say('books.enter')))
    .argument('<amount>', say('books.amountArgument'))
    .requiredOption('--key <text>', say('books.key'))
    .requiredOption('--date <date>', say('books.businessDate'))
    .requiredOption('--why <text>', say('ledger.why'))
    .option('--opening', say('books.opening'))
    .option('--less', say('books.less'))
    .action(
      withHub<BookFlags>(shell, async (client, flags, book = '', account = '', amount = '') => {
        const { owner, party, currency, key, date, why } = flags
        printJson(
          shell,
          await client.send('POST', '/v1/transfers', {
            ...given({ book, account, owner, party, currency, key, amount, businessDate: date, why }),
            ...{ kind: flags.opening ? 'opening' : 'adjustment', direction: flags.less ? 'less' : 'more' },
          }),
        )
      }),
    )

  hubCommand(parent, shell, 'reverse', say('books.reverse'))
    .argument('<transfer>', say('books.transferArgument'))
    .requiredOption('--date <date>', say('books.businessDate'))
    .requiredOption('--why <text>', say('ledger.why'))
    .action(
      withHub<BookFlags>(shell, async (client, { date, why }, id = '') =>
        printJson(shell, await client.send('POST', `/v1/transfers/${encodeURIComponent(id)}/reverse`, given({ businessDate: date, why }))),
      ),
    )

  for (const act of ['close', 'open'] as const)
    hubCommand(parent, shell, act, say(`books.${act}`))
      .argument('<book>', say('books.book'))
      .argument('<month>', say(`books.${act}Month`))
      .requiredOption('--owner <party>', say('books.owner'))
      .option('--zone <zone>', say('books.zone'))
      .option('--why <text>', say('ledger.why'))
      .action(
        withHub<BookFlags>(shell, async (client, { owner, zone, why }, book = '', month = '') => {
          const until = act === 'close' ? month : monthBefore(month)
          printJson(shell, await client.send('PUT', '/v1/books', { ...given({ book, owner, zone, why }), until }))
        }),
      )

  hubCommand(parent, shell, 'sums', say('books.sums')).action(
    withHub<BookFlags>(shell, async (client) => printJson(shell, await client.get('/v1/books/sums', {}))),
  )
}

/** The month before one of `YYYY-MM`; what is no month stays, for the hub to refuse. */
function monthBefore(month: string): string {
  const [, year = '', of = ''] = /^(\d{4})-(\d{2})$/.exec(month) ?? []
  if (year === '') return month
  return of === '01' ? `${Number(year) - 1}-12` : `${year}-${String(Number(of) - 1).padStart(2, '0')}`
}
