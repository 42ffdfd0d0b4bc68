import { record, ref } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import type { JsonObject } from '../model/json.ts'

/** Two suppliers, two merchants: the walking test has keys of all four. */
export const trading = [
  { party: 'S1', role: 'supplier' },
  { party: 'S2', role: 'supplier' },
  { party: 'M1', role: 'merchant' },
  { party: 'M2', role: 'merchant' },
] as const
export type Trader = (typeof trading)[number]['party']

/** A word that stands in whatever is the business of one party only. */
export const canary = (party: Trader): string => `canary-${party.toLowerCase()}`
/** Secrets of the operator: what it pays suppliers is no merchant's business, what it takes from customers no supplier's. */
export const priceOf = (party: Trader): string => ({ S1: '611.11', S2: '622.22', M1: '733.33', M2: '744.44' })[party]

export const at = '2026-11-23T07:00:00.000Z'
export const partyRef = (party: string): JsonObject => ({ ref: { type: 'party', key: party }, name: canary(party as Trader) })

export const party = (key: Trader, role: string, status = 'active'): Incoming =>
  record(
    'erp',
    'party',
    key,
    { number: key, name: `${canary(key)} Ltd`, roles: [role], status, contacts: [{ channel: 'email', value: `${canary(key)}@x.example` }] },
    { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
  )

export const sku = { kind: 'master', key: 'sku', identifiers: [{ scheme: 'sku', path: 'sku' }] } as const
export const levelOf = (article: string, onHand: string): JsonObject => ({
  location: { ref: ref('location', 'erp', 'MAIN') },
  product: { ref: ref('product', 'erp', article) },
  unit: 'EA',
  onHand,
})

/** What a supplier has to do with: its product, its stock, an order, and what follows from that. */
export const ofSupplier = (key: 'S1' | 'S2'): Incoming[] => {
  const word = canary(key)
  const order = ref('purchase-order', 'erp', `po-${word}`)
  const line = { key: '1', product: { ref: ref('product', 'erp', word), name: word }, quantity: '2', unit: 'EA' }
  return [
    record(
      'erp',
      'product',
      word,
      { sku: word, name: word, baseUnit: 'EA', supplierItems: [{ supplier: partyRef(key), sku: word }] },
      { identity: { kind: 'master', key: 'sku', identifiers: [{ scheme: 'sku', path: 'sku' }] } },
    ),
    record('erp', 'stock-level', word, levelOf(word, '5'), { mode: 'snapshot', identity: { kind: 'stock' }, measure: 'onHand' }),
    record('erp', 'purchase-order', `po-${word}`, {
      number: word,
      status: 'issued',
      issueDate: '2026-11-23',
      buyer: { name: 'Harbour' },
      seller: partyRef(key),
      currency: 'CNY',
      taxBasis: 'exclusive',
      note: word,
      lines: [{ ...line, unitPrice: priceOf(key), lineAmount: '1' }],
      totals: { grandTotal: priceOf(key), linesTotal: priceOf(key) },
    }),
    record('erp', 'goods-receipt', `gr-${word}`, {
      number: word,
      kind: 'receipt',
      status: 'posted',
      receivedAt: at,
      location: { code: 'MAIN' },
      deliveryNote: word,
      lines: [{ key: '1', order, product: line.product, accepted: '1', unit: 'EA' }],
    }),
    record('erp', 'shipment', `asn-${word}`, {
      number: word,
      direction: 'inbound',
      status: 'shipped',
      from: { name: word },
      order,
      parcels: [{ tracking: `track-${word}` }],
      lines: [{ key: '1', product: line.product, quantity: '1', unit: 'EA' }],
    }),
    record('carrier', 'tracking-event', `scan-${word}`, { tracking: `track-${word}`, at, status: 'in-transit', text: word }),
    record('ningbo', 'order-response', `re-${word}`, { number: word, order, kind: 'accepted', respondedAt: at, note: word, lines: [] }),
    record('erp', 'invoice', `bill-${word}`, {
      number: word,
      kind: 'invoice',
      status: 'posted',
      issueDate: '2026-11-23',
      issuer: partyRef(key),
      recipient: { name: 'Harbour' },
      currency: 'CNY',
      taxBasis: 'exclusive',
      totals: { grandTotal: priceOf(key) },
      lines: [],
    }),
    record('erp', 'payment', `pay-${word}`, {
      number: word,
      kind: 'prepayment',
      status: 'settled',
      amount: priceOf(key),
      currency: 'CNY',
      payee: partyRef(key),
      reference: word,
      allocations: [{ ref: order, amount: priceOf(key) }],
    }),
  ]
}

/** What a merchant has to do with: the orders of its shop, and what follows from them. */
export const ofMerchant = (key: 'M1' | 'M2'): Incoming[] => {
  const word = canary(key)
  const shop = `shop-${key.toLowerCase()}`
  const order = ref('sales-order', shop, `so-${word}`)
  return [
    record(shop, 'sales-order', `so-${word}`, {
      number: word,
      status: 'open',
      placedAt: at,
      issueDate: '2026-11-23',
      seller: { name: word },
      buyer: { name: `buyer of ${word}` },
      shipTo: { name: `buyer of ${word}`, city: 'Kiel' },
      currency: 'USD',
      taxBasis: 'none',
      lines: [
        {
          key: '1',
          product: { ref: ref('product', 'erp', 'LAMP'), name: 'lamp' },
          name: 'lamp',
          quantity: '1',
          unit: 'EA',
          unitPrice: priceOf(key),
          lineAmount: priceOf(key),
          ext: { marginOfOperator: 'canary-nobody' },
        },
      ],
      totals: { linesTotal: priceOf(key), grandTotal: priceOf(key) },
      ext: { internal: 'canary-nobody' },
    }),
    record('erp', 'shipment', `out-${word}`, {
      number: word,
      direction: 'outbound',
      status: 'shipped',
      from: { code: 'MAIN' },
      to: { name: `buyer of ${word}` },
      order,
      parcels: [{ tracking: `track-${word}` }],
      lines: [{ key: '1', order, quantity: '1', unit: 'EA' }],
    }),
    record('carrier', 'tracking-event', `scan-${word}`, { tracking: `track-${word}`, at, status: 'in-transit', text: word }),
    record(shop, 'payment', `paid-${word}`, {
      number: word,
      kind: 'payment',
      status: 'captured',
      amount: priceOf(key),
      currency: 'USD',
      paidAt: at,
      reference: word,
      allocations: [{ ref: order, amount: priceOf(key) }],
    }),
    record(shop, 'payout', `out-${word}`, {
      number: word,
      status: 'paid',
      paidAt: at,
      currency: 'USD',
      total: '1.00',
      lines: [{ kind: 'sale', order, amount: '1.00', note: word }],
    }),
    record(shop, 'return', `rma-${word}`, {
      number: word,
      status: 'requested',
      order,
      kind: 'return',
      requestedAt: at,
      reason: word,
      lines: [],
    }),
    record(shop, 'refund', `back-${word}`, {
      number: word,
      status: 'done',
      order,
      amount: '1.00',
      currency: 'USD',
      reason: word,
      lines: [],
    }),
  ]
}

/** One parcel load with orders of both merchants, and one receipt of both suppliers: each sees its own lines, nobody a figure of the whole. */
export const shared = (): Incoming[] => [
  record('erp', 'shipment', 'shared', {
    number: 'shared',
    direction: 'outbound',
    status: 'shipped',
    from: { code: 'MAIN' },
    lines: (['M1', 'M2'] as const).map((key) => ({
      key,
      number: canary(key),
      order: ref('sales-order', `shop-${key.toLowerCase()}`, `so-${canary(key)}`),
      quantity: '1',
      unit: 'EA',
    })),
  }),
  record('erp', 'payment', 'shared', {
    number: 'shared',
    kind: 'payout',
    status: 'settled',
    amount: '999.99',
    currency: 'USD',
    allocations: [
      ...(['M1', 'M2'] as const).map((key) => ({
        ref: ref('sales-order', `shop-${key.toLowerCase()}`, `so-${canary(key)}`),
        amount: priceOf(key),
      })),
      { ref: ref('invoice', 'erp', `bill-${canary('S1')}`), amount: priceOf('S1') },
    ],
  }),
]
