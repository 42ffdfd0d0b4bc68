import { amountText } from '../ledger/money/account.ts'
import { bookNames } from '../ledger/money/chart.ts'
import { enterAll, enteredKinds, reverse } from '../ledger/money/enter.ts'
import { keepBook } from '../ledger/money/keep-book.ts'
import type { MoneyDesk } from '../ledger/money/post.ts'
import type { Context } from '../pipeline/context.ts'
import { bookPage, bookSums } from '../store/account-page.ts'
import type { Tx } from '../store/database.ts'
import type { BookTable } from '../store/tables-money.ts'
import { moneyTag, transferShape, transferShower, transferShown } from './money-shapes.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { type Call, jointRoute, route, writeRoute } from './route.ts'
import { count, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { id, iso, note } from './values.ts'

const bookName = oneOf(...bookNames)
const month = pattern('^[0-9]{4}-(0[1-9]|1[0-2])$', 'a month, YYYY-MM')
const day = pattern('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'a date, YYYY-MM-DD, in the zone of the book')
const why = described(note, 'kept with it for ever')

const book = fields({
  book: text(),
  owner: text(),
  zone: text(),
  closedUntil: nullable(described(text(), 'last closed month; null: all are open')),
  changedAt: time,
  changedBy: text(),
})
const shown = (row: BookTable): Of<typeof book> => ({
  ...{
    book: row.book,
    owner: row.owner,
    zone: row.zone,
    closedUntil: row.closed_until,
    changedAt: iso(row.changed_at),
    changedBy: row.changed_by,
  },
})

async function atDesk<T extends { readonly told: readonly string[] }, A>(
  tx: Tx,
  { hub }: Pick<Call, 'hub'>,
  work: (desk: MoneyDesk) => Promise<T>,
  show: (result: T) => A | Promise<A>,
): Promise<{ readonly body: A; readonly after: () => void }> {
  const result = await work(await deskIn(tx, hub))
  return { body: await show(result), after: () => ringFor(hub, result.told) }
}

const deskIn = async (tx: Tx, { tenant, newId, database }: Context): Promise<MoneyDesk> => ({
  tx,
  tenant,
  newId,
  now: await database.now(),
})

function ringFor({ bell }: Context, told: readonly string[]): void {
  for (const subscription of told) bell.ring({ kind: 'events', subscription })
}

/** Books of money as people keep them: months, opening balances, adjustments, reversals. They need the scope of administrators, since nothing checks them but their reason. */
export const bookRoutes = [
  route({
    id: 'listBooks',
    method: 'GET',
    path: '/v1/books',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'Books of money whose months or zone somebody set', zh: '已设置会计期间或时区的账簿' },
    query: paging,
    answer: pageOf(book),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [name = '', owner = ''] = readCursor(query.after, 3) ?? []
      const rows = await bookPage(hub.database.read, hub.tenant, [name, owner], limit + 1)
      return { body: toPage(rows, limit, (row) => [row.book, row.owner, ''], shown) }
    },
  }),
  route({
    id: 'getBookSums',
    method: 'GET',
    path: '/v1/books/sums',
    tag: moneyTag,
    scope: 'read',
    summary: { en: 'What the accounts of every book sum to: zero, in every currency', zh: '各账簿按币种合计：恒为零' },
    answer: fields({ books: list(fields({ book: text(), owner: text(), currency: text(), accounts: count, sum: decimal })) }),
    handle: async ({ hub }) => ({
      body: { books: (await bookSums(hub.database.read, hub.tenant)).map((row) => ({ ...row, sum: amountText(row.sum) })) },
    }),
  }),
  writeRoute({
    id: 'keepBook',
    method: 'PUT',
    path: '/v1/books',
    tag: moneyTag,
    scope: 'admin',
    audit: { act: 'book-kept', asked: ['book', 'owner', 'zone', 'until', 'why'], answered: ['closedUntil'] },
    summary: {
      en: 'Close months of a book or open them again, or set its zone; what comes late posts into the first open month',
      zh: '关闭或重开账簿期间、设置时区；迟到单据记入首个未关期间',
    },
    body: fields({
      book: bookName,
      owner: text(191),
      zone: optional(text(64)),
      until: optional(nullable(described(month, 'last closed month; null opens all'))),
      why: optional(note),
    }),
    answer: book,
    effect: (tx, call) =>
      atDesk(
        tx,
        call,
        (desk) => keepBook(desk, { ...call.body, actor: call.who.id }),
        ({ row }) => shown(row),
      ),
  }),
  jointRoute({
    id: 'enterTransfer',
    method: 'POST',
    path: '/v1/transfers',
    tag: moneyTag,
    scope: 'admin',
    status: 201,
    audit: {
      act: 'transfer-entered',
      asked: ['book', 'owner', 'party', 'account', 'kind', 'direction', 'amount', 'currency', 'why'],
      answered: ['id'],
    },
    summary: { en: 'Enter an opening balance or an adjustment of one account', zh: '录入期初余额或科目调整' },
    body: fields({
      key: described(text(180), 'of this entry; the same one is entered once'),
      book: bookName,
      owner: text(191),
      party: optional(text(191)),
      account: described(text(64), 'kind of account, as in the answer of GET /v1/accounts'),
      currency: pattern('^[A-Z]{3}$', 'ISO 4217'),
      kind: oneOf(...enteredKinds),
      direction: oneOf('more', 'less'),
      amount: pattern('^[0-9]{1,14}(\\.[0-9]{1,4})?$', 'a positive decimal'),
      businessDate: day,
      why,
    }),
    answer: transferShape,
    weight: () => 1,
    effects: async (tx, hub, calls) => {
      const asks = calls.map(({ who, body: { account: kind, kind: kindOfEntry, party = '', ...more } }) => ({
        ...more,
        ...{ party, kind, kindOfEntry, actor: who.id },
      }))
      const { outcomes, told } = await enterAll(await deskIn(tx, hub), asks)
      const entered = outcomes.flatMap((outcome) => ('refused' in outcome ? [] : outcome.done))
      const show = await transferShower(tx, hub.tenant, entered)
      const after = () => ringFor(hub, told)
      return outcomes.map((outcome) => ('refused' in outcome ? outcome : { done: { body: show(outcome.done), after } }))
    },
  }),
  writeRoute({
    id: 'reverseTransfer',
    method: 'POST',
    path: '/v1/transfers/{id}/reverse',
    tag: moneyTag,
    scope: 'admin',
    audit: { act: 'transfer-reversed', asked: ['businessDate', 'why'], answered: ['id', 'reverses'] },
    summary: { en: 'Take a transfer back by another one; both stay', zh: '以红字冲销一笔转账；两笔均保留' },
    params: { id },
    body: fields({ businessDate: day, why }),
    answer: transferShape,
    effect: (tx, call) =>
      atDesk(
        tx,
        call,
        (desk) => reverse(desk, { id: call.params.id, ...call.body, actor: call.who.id }),
        ({ transfer }) => transferShown(tx, transfer),
      ),
  }),
]
