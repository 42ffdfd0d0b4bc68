import type { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { type Book, totalOf } from './book.ts'

/** Shopify Payments of the shop: pays out what buyers paid. */
export interface PayoutDesk {
  /** Pays out the charges and refunds that no payout holds yet, and answers its number. `fee`: hundredths of a cent for each cent, and cents for each charge */
  pay(fee?: { readonly percent: number; readonly fixed: number }): number
}

interface Transaction {
  readonly id: number
  readonly type: 'charge' | 'refund' | 'payout'
  readonly order: number | null
  /** cents, negative for what goes back */
  readonly amount: number
  readonly fee: number
  readonly at: string
}
interface Payout {
  readonly id: number
  readonly date: string
  readonly transactions: readonly Transaction[]
}

const largest = 250
const money = (cents: number): string => (cents / 100).toFixed(2)
const sum = ({ transactions }: Payout): number => transactions.reduce((all, { amount, fee }) => all + amount - fee, 0)

/** The REST resources of payouts and balance transactions, newest first, in pages by Link header. */
export function payoutDesk(
  routes: Hono<SimulatorEnv>,
  { book, url, isGood }: { readonly book: Book; readonly url: () => string; readonly isGood: (token: string | undefined) => boolean },
): PayoutDesk {
  const payouts: Payout[] = []
  const settled = new Set<string>()
  const payoutView = (payout: Payout) => ({
    id: payout.id,
    status: 'paid',
    date: payout.date,
    currency: book.currency,
    amount: money(sum(payout)),
  })
  const transactionView = ({ id, date }: Payout, { id: of, type, order, amount, fee, at }: Transaction) => ({
    id: of,
    type,
    test: false,
    payout_id: id,
    payout_status: 'paid',
    payout_date: date,
    currency: book.currency,
    amount: money(amount),
    fee: money(fee),
    net: money(amount - fee),
    source_id: of,
    source_type: type,
    source_order_id: order,
    source_order_transaction_id: order === null ? null : of,
    processed_at: at,
    adjustment_reason: null,
  })
  const base = '/admin/api/:version/shopify_payments'
  const list = (path: string, name: string, rowsOf: (asked: URLSearchParams) => readonly object[]) =>
    routes.get(`${base}${path}`, (c) => {
      if (!isGood(c.req.header('x-shopify-access-token'))) return c.json({ errors: '[API] Invalid API key or access token' }, 401)
      const asked = new URL(c.req.url).searchParams
      const limit = Math.min(Number(asked.get('limit') ?? 50), largest)
      // a page's mark holds the question it is a page of, and nothing but the limit may stand beside it
      const [place = '0', question = ''] = asked.has('page_info')
        ? Buffer.from(asked.get('page_info') ?? '', 'base64url')
            .toString()
            .split('\n')
        : ['0', asked.toString()]
      const rows = rowsOf(new URLSearchParams(question))
      const from = Number(place)
      if (from + limit < rows.length) {
        const mark = Buffer.from(`${from + limit}\n${question}`).toString('base64url')
        c.header('Link', `<${url()}${c.req.path}?limit=${limit}&page_info=${mark}>; rel="next"`)
      }
      return c.json({ [name]: rows.slice(from, from + limit) })
    })
  list('/payouts.json', 'payouts', (asked) =>
    [...payouts]
      .reverse()
      .filter(({ date }) => date >= (asked.get('date_min') ?? ''))
      .map(payoutView),
  )
  list('/balance/transactions.json', 'transactions', (asked) =>
    payouts
      .filter(({ id }) => String(id) === asked.get('payout_id'))
      .flatMap((payout) => [...payout.transactions, payoutItself(payout)].map((each) => transactionView(payout, each))),
  )
  routes.get(`${base}/payouts/:name`, (c) => {
    if (!isGood(c.req.header('x-shopify-access-token'))) return c.json({ errors: '[API] Invalid API key or access token' }, 401)
    const found = payouts.find(({ id }) => `${id}.json` === c.req.param('name'))
    return found === undefined ? c.json({ errors: 'Not Found' }, 404) : c.json({ payout: payoutView(found) })
  })
  return {
    pay(fee = { percent: 290, fixed: 30 }) {
      const at = book.now()
      const fresh = <T extends { readonly id: number }>(kind: string, one: T): boolean => {
        const name = `${kind} ${one.id}`
        return !settled.has(name) && settled.add(name) !== undefined
      }
      const transactions = [...book.orders.values()].flatMap((order): Transaction[] => {
        const total = totalOf(order, book)
        const charge: Transaction[] =
          order.paid && fresh('charge', order)
            ? [
                {
                  id: book.nextId(),
                  type: 'charge',
                  order: order.id,
                  amount: total,
                  fee: Math.round((total * fee.percent) / 10_000) + fee.fixed,
                  at,
                },
              ]
            : []
        const back = order.refunds
          .filter((refund) => fresh('refund', refund))
          .map(({ amount }): Transaction => ({ id: book.nextId(), type: 'refund', order: order.id, amount: -amount, fee: 0, at }))
        return [...charge, ...back]
      })
      const id = book.nextId()
      payouts.push({ id, date: at.slice(0, 10), transactions })
      return id
    },
  }
}

/** What a payout takes off the balance. */
const payoutItself = (payout: Payout): Transaction => ({
  id: payout.id + 1_000_000,
  type: 'payout',
  order: null,
  amount: -sum(payout),
  fee: 0,
  at: `${payout.date}T00:00:00Z`,
})
