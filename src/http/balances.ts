import { amountText, natural } from '../ledger/money/account.ts'
import { accountsOf, type BalanceGroup, balanceGroups } from '../store/account-page.ts'
import type { AccountTable } from '../store/tables-money.ts'
import { moneyTag } from './money-shapes.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route } from './route.ts'
import { decimal, described, fields, list, nullable, type Of, optional, pattern, text } from './shape.ts'

const balances = fields({
  party: nullable(described(text(), 'whose accounts they are; null: those that a book has once')),
  owner: described(text(), 'party of our own whose books they are in'),
  currency: described(text(), 'of all balances of the row: amounts of two currencies are never added or listed as one'),
  accounts: list(
    fields({ book: text(), account: text(), balance: described(decimal, 'positive where the account has what it is for') }),
    100,
  ),
})

const nameOf = ({ party, owner, currency }: BalanceGroup): string => JSON.stringify([party, owner, currency])

const shown = (group: BalanceGroup, rows: readonly AccountTable[]): Of<typeof balances> => ({
  ...{ party: group.party === '' ? null : group.party, owner: group.owner, currency: group.currency },
  accounts: [...rows]
    .sort((a, b) => (`${a.book}/${a.kind}` < `${b.book}/${b.kind}` ? -1 : 1))
    .map((row) => ({ book: row.book, account: row.kind, balance: amountText(natural(row)) })),
})

/** All accounts of a party side by side, in one row for each currency. Closed to keys of suppliers and merchants, who see what is owed to them and deposits of their own. */
export const balanceRoutes = [
  route({
    id: 'listBalances',
    method: 'GET',
    path: '/v1/balances',
    tag: moneyTag,
    scope: 'read',
    summary: {
      en: 'Balances of all accounts by party, book owner and currency: one row for each currency, which no sum crosses',
      zh: '按主体、账簿所属与币种列出全部科目余额：每个币种一行，绝不跨币种合计',
    },
    query: {
      party: optional(text(191)),
      owner: optional(text(191)),
      currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
      ...paging,
    },
    answer: pageOf(balances),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const { limit: asked, after: cursor, ...filter } = query
      const limit = pageLimit(asked)
      const place = readCursor(cursor, 3)
      const after = place && { party: place[0], owner: place[1], currency: place[2] }
      const groups = await balanceGroups(read, hub.tenant, filter, after, limit + 1)
      const page = groups.slice(0, limit)
      const rows = Map.groupBy(await accountsOf(read, hub.tenant, page), nameOf)
      return {
        body: toPage(
          groups,
          limit,
          (group) => [group.party, group.owner, group.currency],
          (group) => shown(group, rows.get(nameOf(group)) ?? []),
        ),
      }
    },
  }),
]
