import type { Stream } from '../../src/connector/types.ts'

const text = { type: 'string' }
const whole = { type: 'integer' }
const day = 86_400_000

/**
 * Payouts of Shopify Payments with their balance transactions, by the REST resources: those name the order by its number, GraphQL by an id that no other list has. A payout has no time of its last change, so those of
 * three weeks are read again: by then each is paid, or failed.
 */
export const payouts: Stream = {
  title: 'Payouts of Shopify Payments, with their transactions',
  schema: {
    type: 'object',
    required: ['id', 'status', 'date', 'currency', 'amount'],
    properties: { id: whole, status: text, date: text, currency: text, amount: text },
  },
  key: 'id',
  version: { kind: 'none' },
  call: { path: '/shopify_payments/payouts.json', query: { limit: '{page.size}', date_min: '{since}' } },
  records: 'payouts',
  page: { kind: 'link', size: 100 },
  cursor: {
    paths: ['date'],
    format: { encode: (time) => time.toISOString().slice(0, 10), decode: (value) => new Date(`${String(value)}T00:00:00Z`) },
    zone: null,
    order: 'none',
    lookbackMs: 21 * day,
  },
  byKey: { path: '/shopify_payments/payouts/{key}.json', records: 'payout' },
  children: [
    {
      name: 'transactions',
      call: { path: '/shopify_payments/balance/transactions.json', query: { payout_id: '{key}', limit: '{page.size}' } },
      records: 'transactions',
      page: { kind: 'link', size: 250 },
      batch: 1,
      as: { kind: 'embed' },
    },
  ],
  parts: [{ document: 'payout', mapping: 'shopify/payout', mode: 'replace', identity: { kind: 'origin' } }],
  words: ['status'],
  blindSpots: [
    'money of other payment providers (their bills are written down by `crossdock payouts import`)',
    'transactions that are in no payout yet',
    'payouts that change more than three weeks after their date',
  ],
}
