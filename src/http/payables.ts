import { amountText, natural } from '../ledger/money/account.ts'
import { type Aged, aged } from '../ledger/payables/aged.ts'
import { chargeFee } from '../ledger/payables/charge-fee.ts'
import { daysOf } from '../ledger/payables/due.ts'
import { isObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { documentsByKey } from '../store/document.ts'
import type { Reader } from '../store/in-list.ts'
import { accountsOfParties, type CurrentAccount, currentAccounts, entriesBack, owedByDay } from '../store/payable.ts'
import { pageLimit, pageOf, paging, readCursor, toPage, writePlace } from './page.ts'
import { invalid } from './problem.ts'
import { decimalText } from './purchase-commands.ts'
import { route, writeRoute } from './route.ts'
import { count, day, decimal, described, fields, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, key, note, stored } from './values.ts'

const tag = 'payables'
/** Accounts that one question goes through. */
const mostAccounts = 40

const account = {
  owner: described(text(), 'party of our own that owes'),
  party: described(text(), 'the supplier'),
  currency: text(),
}
const listed = fields({
  ...account,
  name: nullable(text()),
  payable: described(decimal, 'goods and fees less what went back and what was paid'),
  prepayment: described(decimal, 'paid before goods came (预付款)'),
  owed: described(decimal, 'payable less prepayment; below zero: the supplier owes us'),
  notDue: decimal,
  days1to30: described(decimal, 'due for 1 to 30 days'),
  days31to60: decimal,
  days61to90: decimal,
  over90: decimal,
  undated: described(decimal, 'owed, and no goods stand behind it: opening balances, fees'),
})
const entry = fields({
  ...account,
  account: described(text(), 'payable or prepayment'),
  kind: described(
    text(),
    'goods (货款), return (退货款), prepayment (预付款), payment, refund, fee (费用), tax (进项税), price-variance, quantity-variance, charges, adjustment, opening …',
  ),
  amount: described(decimal, 'what it adds to what is owed; a payment is negative'),
  balance: described(decimal, 'of its account after it; what was paid in advance counts as positive'),
  businessDate: text(),
  period: described(text(), 'month in which it is booked: later than its date where that one was closed'),
  at: time,
  type: described(nullable(text()), 'of the document it is about'),
  key: nullable(text()),
  line: nullable(text()),
  transfer: text(),
})

const nameOf = ({ owner, party, currency }: CurrentAccount): string => JSON.stringify([owner, party, currency])

async function shown(read: Reader, tenant: string, rows: readonly CurrentAccount[], today: string): Promise<readonly Of<typeof listed>[]> {
  const parties = [...new Set(rows.map(({ party }) => party))]
  const accounts = Map.groupBy(await accountsOfParties(read, tenant, 'payable', parties), nameOf)
  const sums = Map.groupBy(await owedByDay(read, tenant, parties), nameOf)
  const bodies = new Map((await documentsByKey(read, tenant, 'party', parties)).map((row) => [row.key, stored(row.body)]))
  return rows.map((row) => {
    const on = (kind: string): bigint =>
      accounts.get(nameOf(row))?.reduce((sum, one) => (one.kind === kind ? sum + natural(one) : sum), 0n) ?? 0n
    const [payable, prepayment] = [on('payable'), on('prepayment')]
    const body = bodies.get(row.party)
    const terms = isObject(body) ? (daysOf(body.paymentTerms) ?? 0) : 0
    const buckets: Aged = aged(payable - prepayment, sums.get(nameOf(row)) ?? [], terms, today)
    return {
      ...{ owner: row.owner, party: row.party, currency: row.currency },
      name: isObject(body) && typeof body.name === 'string' ? body.name : null,
      payable: amountText(payable),
      prepayment: amountText(prepayment),
      owed: amountText(payable - prepayment),
      notDue: amountText(buckets.notDue),
      days1to30: amountText(buckets.days1to30),
      days31to60: amountText(buckets.days31to60),
      days61to90: amountText(buckets.days61to90),
      over90: amountText(buckets.over90),
      undated: amountText(buckets.undated),
    }
  })
}

export const payableRoutes = [
  route({
    id: 'listPayables',
    method: 'GET',
    path: '/v1/payables',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'What is owed to each supplier by currency, with prepayments, by how long it has been due',
      zh: '应付账款：按供应商与币种，含预付款与账龄',
    },
    query: {
      party: optional(described(key, 'key of the supplier')),
      owner: optional(key),
      currency: optional(text(3)),
      on: optional(described(day, 'the day by which it is aged, today when left out')),
      ...paging,
    },
    answer: pageOf(listed),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const { limit: asked, after: cursor, on, ...filter } = query
      const limit = pageLimit(asked)
      const place = readCursor(cursor, 3)
      const after = place && { party: place[0], owner: place[1], currency: place[2] }
      const rows = await currentAccounts(read, hub.tenant, filter, after, limit + 1)
      const today = on ?? iso(await hub.database.now()).slice(0, 10)
      const items = await shown(read, hub.tenant, rows.slice(0, limit), today)
      const { next } = toPage(
        rows,
        limit,
        (row) => [row.party, row.owner, row.currency],
        (row) => row.party,
      )
      return { body: { items, next } }
    },
  }),
  route({
    id: 'listPayableEntries',
    method: 'GET',
    path: '/v1/payables/entries',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'The current account with a supplier, entry by entry with its document, the newest first',
      zh: '与供应商的往来账款明细（先新后旧），附来源单据',
    },
    query: {
      party: described(key, 'key of the supplier'),
      owner: optional(key),
      currency: optional(text(3)),
      kind: optional(described(text(64), 'goods, return, prepayment, payment, fee …')),
      from: optional(described(day, 'first business date')),
      until: optional(described(day, 'last business date')),
      ...paging,
    },
    answer: pageOf(entry),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const { limit: asked, after, party, owner, currency, ...filter } = query
      const limit = pageLimit(asked)
      const accounts = (await accountsOfParties(read, hub.tenant, 'payable', [party]))
        .filter((one) => (owner === undefined || one.owner === owner) && (currency === undefined || one.currency === currency))
        .slice(0, mostAccounts)
      const places = placesOf(readCursor(after, 1)?.[0], accounts.length)
      const found = []
      for (const [index, one] of accounts.entries())
        found.push(...(await entriesBack(read, hub.tenant, one.id, filter, places[index] ?? 0, limit + 1)))
      found.sort((a, b) => b.at - a.at || (a.transfer < b.transfer ? 1 : -1))
      const page = found.slice(0, limit)
      const next = accounts.map(({ id }, index) => page.findLast((row) => row.account === id)?.seq ?? places[index] ?? 0)
      const byId = new Map(accounts.map((one) => [one.id, one]))
      return {
        body: {
          items: page.flatMap((row): Of<typeof entry>[] => {
            const one = byId.get(row.account)
            return one === undefined
              ? []
              : [
                  {
                    ...{ owner: one.owner, party: one.party, currency: one.currency, account: one.kind, kind: row.kind },
                    amount: amountText(-BigInt(row.amount)),
                    balance: amountText(natural({ ...one, balance: row.balance })),
                    ...{ businessDate: row.business_date, period: row.period, at: iso(row.at) },
                    ...{ type: row.ref_type, key: row.ref_key, line: row.ref_line, transfer: row.transfer },
                  },
                ]
          }),
          next: found.length > limit ? writePlace([next.join(',')]) : null,
        },
      }
    },
  }),
  writeRoute({
    id: 'chargeFee',
    method: 'POST',
    path: '/v1/payables/fees',
    tag,
    scope: 'write',
    audit: { act: 'fee-charged', asked: ['supplier', 'bearer', 'amount', 'currency', 'why'], answered: ['key'] },
    summary: { en: 'Charge a fee between us and a supplier: a document of the hub, posted at once', zh: '登记与供应商之间的费用并入账' },
    body: fields({
      number: described(text(100), 'its key is hub/<number>; given once'),
      supplier: key,
      owner: described(key, 'party of our own'),
      bearer: described(oneOf('supplier', 'us'), 'who owes it'),
      amount: decimalText,
      currency: text(3),
      date: described(day, 'business date'),
      why: optional(note),
    }),
    status: 201,
    answer: fields({ key: text(), version: count }),
    effect: async (tx, { hub, who, body }) => {
      const { why, ...fee } = body
      const { validate } = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        chargeFee(books, { ...fee, author: { actor: who.id, why: why ?? null } }, validate),
      )
      return { body: { key: result.key, version: result.version }, after: ring }
    },
  }),
]

/** How far each account was read. @throws ProblemError 400 */
function placesOf(cursor: string | undefined, accounts: number): readonly number[] {
  if (cursor === undefined) return Array.from({ length: accounts }, () => Number.MAX_SAFE_INTEGER)
  const places = cursor.split(',').map(Number)
  if (places.length !== accounts || !places.every(Number.isSafeInteger))
    throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before, asked with the same filters' }])
  return places
}
