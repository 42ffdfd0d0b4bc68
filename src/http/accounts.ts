import { type AccountName, accountId, accountText, amountText, natural } from '../ledger/money/account.ts'
import { kindOfAccount } from '../ledger/money/chart.ts'
import { findAccounts, transferById } from '../store/account.ts'
import { accountPage, type EntryWithTransfer, entryPage, lastEntryBy } from '../store/account-page.ts'
import type { AccountTable } from '../store/tables-money.ts'
import { moneyTag, signOf, transferShape, transferShown } from './money-shapes.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound } from './problem.ts'
import { route } from './route.ts'
import { count, decimal, described, fields, flag, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { epoch, id, iso } from './values.ts'

const account = fields({
  id: text(),
  name: described(text(), 'for people'),
  book: text(),
  owner: described(text(), 'party of our own whose book it is'),
  party: nullable(described(text(), 'whose account it is; null: the one of its book')),
  kind: text(),
  currency: text(),
  side: described(oneOf('debit', 'credit'), 'on which it grows'),
  balance: described(decimal, 'positive where it has what it is for'),
  entries: count,
  floor: nullable(described(decimal, 'commands leave at least so much')),
  frozen: flag,
  changedAt: time,
})
const shown = (row: AccountTable): Of<typeof account> => ({
  ...{ id: row.id, name: accountText(row), book: row.book, owner: row.owner, party: row.party === '' ? null : row.party, kind: row.kind },
  ...{ currency: row.currency, side: kindOfAccount(row.book, row.kind).side, balance: amountText(natural(row)), entries: row.entries },
  ...{ floor: row.floor === null ? null : amountText(BigInt(row.floor)), frozen: row.frozen === 1, changedAt: iso(row.changed_at) },
})
const entry = fields({
  seq: count,
  transfer: text(),
  kind: text(),
  amount: described(decimal, 'what it did to the balance'),
  balance: described(decimal, 'after it'),
  businessDate: text(),
  period: text(),
  at: time,
  ref: nullable(fields({ type: text(), key: text(), line: nullable(text()) })),
  reverses: nullable(text()),
  by: text(),
  why: nullable(text()),
})
const entryShown = (row: EntryWithTransfer, sign: bigint): Of<typeof entry> => ({
  ...{ seq: row.seq, transfer: row.transfer, kind: row.kind, amount: amountText(BigInt(row.amount) * sign) },
  ...{ balance: amountText(BigInt(row.balance) * sign), businessDate: row.business_date, period: row.period, at: iso(row.at) },
  ref: row.ref_type === null || row.ref_key === null ? null : { type: row.ref_type, key: row.ref_key, line: row.ref_line },
  ...{ reverses: row.reverses, by: row.actor, why: row.why },
})
const word = text(64)
const accountNames = { book: word, owner: text(191), party: optional(text(191)), kind: word, currency: pattern('^[A-Z]{3}$', 'ISO 4217') }
const nameOf = (query: Omit<AccountName, 'party'> & { readonly party?: string }): AccountName => ({ ...query, party: query.party ?? '' })

/** Accounts of the books of money, and what moved on them. Closed to the keys of suppliers and merchants, who see statements and deposits of their own. */
export const accountRoutes = [
  route({
    id: 'listAccounts',
    method: 'GET',
    path: '/v1/accounts',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'Accounts of the books of money with their balances', zh: '账簿科目及余额' },
    query: {
      ...{ book: optional(word), owner: optional(text(191)), party: optional(text(191)), kind: optional(word) },
      ...{ currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')), ...paging },
    },
    answer: pageOf(account),
    handle: async ({ hub, query }) => {
      const { limit: asked, after: cursor, ...filter } = query
      const limit = pageLimit(asked)
      const [after = ''] = readCursor(cursor, 1) ?? []
      return { body: toPage(await accountPage(hub.database.read, hub.tenant, filter, after, limit + 1), limit, (row) => [row.id], shown) }
    },
  }),
  route({
    id: 'getAccount',
    method: 'GET',
    path: '/v1/accounts/one',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'One account, now or as it was at a time', zh: '单个科目（当前或某一时刻）' },
    query: { ...accountNames, at: optional(time) },
    answer: account,
    handle: async ({ hub, query: { at, ...name } }) => {
      const { read } = hub.database
      const asked = accountId(nameOf(name))
      const [[row], last] = await Promise.all([
        findAccounts(read, hub.tenant, [asked]),
        at === undefined ? undefined : lastEntryBy(read, hub.tenant, asked, epoch('at', at)),
      ])
      if (row === undefined) throw notFound()
      if (at === undefined) return { body: shown(row) }
      return { body: shown({ ...row, balance: last?.balance ?? 0n, entries: last?.seq ?? 0, changed_at: last?.at ?? row.opened_at }) }
    },
  }),
  route({
    id: 'listEntries',
    method: 'GET',
    path: '/v1/accounts/entries',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'What moved on an account, the newest first, with the balance after each', zh: '科目明细，最新在前，含每笔后余额' },
    query: { ...accountNames, period: optional(pattern('^[0-9]{4}-[0-9]{2}$', 'a month, YYYY-MM')), ...paging },
    answer: pageOf(entry),
    handle: async ({ hub, query: { limit: asked, after: cursor, period, ...name } }) => {
      const limit = pageLimit(asked)
      const [before] = readCursor(cursor, 1) ?? []
      const filter = { ...(period === undefined ? {} : { period }), ...(before === undefined ? {} : { before: Number(before) }) }
      const whole = nameOf(name)
      const sign = signOf(whole)
      const rows = await entryPage(hub.database.read, hub.tenant, accountId(whole), filter, limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [String(row.seq)],
          (row) => entryShown(row, sign),
        ),
      }
    },
  }),
  route({
    id: 'getTransfer',
    method: 'GET',
    path: '/v1/transfers/{id}',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'One transfer between two accounts', zh: '单笔转账' },
    params: { id },
    answer: transferShape,
    handle: async ({ hub, params }) => {
      const { read } = hub.database
      const row = await transferById(read, hub.tenant, params.id)
      if (row === undefined) throw notFound()
      return { body: await transferShown(read, row) }
    },
  }),
]
