import { idMaker } from '../model/id.ts'
import { syncConnections } from '../store/connection.ts'
import { changeDeposit, decideChange } from './deposit/change.ts'
import { restateNext } from './derive-parties.ts'
import {
  invoice,
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  payment,
  product,
  purchase,
  purchaseLine,
  receipt,
  record,
  ref,
  refund,
  response,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { payLine, payout } from './ledger-kit-payouts.ts'
import { reserve } from './reserve.ts'

/** For tests of verification: a ledger in which somebody may look as the party `harbour`, whose books the connection keeps. */
export async function openVerifyBed(): Promise<LedgerKit> {
  const kit = await openLedgerKit()
  const connections = [{ name: 'shop-us', connector: 'shop', books: 'harbour', organisation: 'us' }]
  await kit.database.write((tx) => syncConnections(tx, kitTenant, connections, 1))
  const harbour = { number: 'harbour', name: 'Harbour', roles: ['merchant'] }
  await kit.apply(record('crm', 'party', 'harbour', harbour, { identity: { kind: 'master', key: 'number', identifiers: [] } }))
  while ((await kit.work((books) => restateNext(books, 9))).result);
  return kit
}

const order7 = ref('sales-order', 'shop-us', '7')
export const order12 = ref('purchase-order', 'erp', '12')
export const line1 = ref('purchase-order', 'erp', '1')

/** A row of every derived table, and findings of orders, stock and parcels. */
export async function makeWorld(kit: LedgerKit): Promise<void> {
  await kit.apply(
    ...masterData,
    stock('A', '10', '2026-11-23T08:30:00.000Z'),
    stock('B', '40', '2026-11-23T20:00:00.000Z'),
    sale('shop-us', '7', [saleLine('1', 'A', '14'), saleLine('2', 'B', '3')]),
    payment('shop-us', '7', '170.00'),
    parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '2')], '2026-11-23T12:00:00.000Z', { parcels: [{ tracking: 'T1' }] }),
    refund('shop-us', 'r1', '7', '10.00', [{ orderLine: { key: '2' }, quantity: '1', unit: 'EA', restock: true }]),
    purchase('12', [purchaseLine('1', 'A', '3')]),
    response('a1', order12, '2026-11-23T10:00:00.000Z', 'accepted', [{ orderLine: line1, action: 'accept', quantity: '3', unit: 'XCS' }]),
    product('S', 'S', { tracking: 'serial' }),
    record('wms', 'stock-movement', 'm1', {
      status: 'posted',
      kind: 'receipt',
      product: { ref: ref('product', 'erp', 'S') },
      quantity: '1',
      unit: 'EA',
      from: { virtual: 'supplier' },
      to: { ref: ref('location', 'erp', 'MAIN') },
      movedAt: '2026-11-23T09:00:00.000Z',
      serials: ['N-1'],
    }),
    receipt('g1', order12, [{ orderLine: line1, product: { ref: ref('product', 'erp', 'A') }, accepted: '1' }], {
      supplier: { ref: { type: 'party', key: 'N' } },
    }),
    record('erp', 'replenishment', 'n1', {
      number: 'n1',
      status: 'ordered',
      product: { ref: { type: 'product', key: 'A' } },
      location: { ref: { type: 'location', key: 'MAIN' } },
      supplier: { ref: { type: 'party', key: 'N' } },
      quantity: '12',
      unit: 'EA',
      order: { type: 'purchase-order', key: 'erp/12' },
      orderLine: '1',
      decidedAt: '2026-11-23T09:00:00.000Z',
    }),
    record('shop-us', 'sales-report', 'r1', {
      issueDate: '2026-11-23',
      product: { ref: ref('product', 'erp', 'B') },
      quantity: '5',
      returns: '1',
      amount: '44.00',
      currency: 'USD',
    }),
    record('shop-us', 'return', 'a1', {
      order: order7,
      kind: 'return',
      status: 'requested',
      requestedAt: '2026-11-23T11:00:00.000Z',
      deadline: '2026-11-25T11:00:00.000Z',
      lines: [{ orderLine: { key: '2' }, quantity: '1', unit: 'EA' }],
    }),
    invoice('i1', order12, [{ orderLine: line1, quantity: '2' }], { totals: { taxTotal: '0.00' } }),
    payout('P1', [payLine('refund', '7', '11.00'), payLine('fee', undefined, '2.00')]),
    record('crm', 'price-list', 'p1', {
      list: 'gold',
      kind: 'tier',
      product: { ref: ref('product', 'erp', 'A') },
      currency: 'CNY',
      taxBasis: 'none',
      steps: [{ minQuantity: '2', unit: 'XCS', price: '90' }],
    }),
    record('crm', 'tier', 'GOLD', { number: 'GOLD', name: 'Gold', level: 1, status: 'active', priceLists: ['gold'] }),
    record('crm', 'tier-assignment', 'ta1', {
      party: { type: 'party', key: 'harbour' },
      tier: { type: 'tier', key: 'crm/GOLD' },
      status: 'approved',
      validFrom: '2026-01-01',
    }),
    record(
      'track17',
      'tracking-event',
      't1',
      { tracking: 'T1', carrier: { code: 'fedex' }, status: 'in-transit', at: '2026-11-23T13:00:00.000Z' },
      { identity: { kind: 'fact', of: ['tracking', 'at', 'status'] } },
    ),
    record(
      'easypost',
      'tracking-event',
      't2',
      { tracking: 'T1', carrier: { code: 'ups' }, status: 'in-transit', at: '2026-11-23T14:00:00.000Z' },
      { identity: { kind: 'fact', of: ['tracking', 'at', 'status'] } },
    ),
  )
  await makeDeposit(kit)
  const desk = { tenant: kitTenant, now: async () => Date.parse('2026-11-23T08:00:00.000Z'), newId: idMaker(() => 1) }
  const asked = { lines: [{ product: 'B', quantity: '2' }], channel: 'shop-us', holdForMs: 60_000, actor: 'test' }
  await kit.database.write((tx) => reserve(tx, desk, asked))
}

/** Merchant M1 pays in advance: an order of its was priced by its tier, a part of it left, a part of that was given back by hand. */
async function makeDeposit(kit: LedgerKit): Promise<void> {
  const m1 = { type: 'party', key: 'M1' }
  const identity = { kind: 'master', key: 'number', identifiers: [] } as const
  await kit.apply(
    record('crm', 'party', 'M1', { number: 'M1', name: 'Lamps', roles: ['merchant'], currency: 'CNY' }, { identity }),
    product('D', 'D'),
    product('E', 'E'),
    ...(['D', 'E'] as const).map((sku, place) =>
      record('crm', 'price-list', `p-${sku}`, {
        ...{ list: 'gold', kind: 'tier', product: { ref: ref('product', 'erp', sku) }, currency: 'CNY', taxBasis: 'none' },
        steps: [{ minQuantity: '1', unit: 'EA', price: `${place + 2}.5` }],
      }),
    ),
    record('crm', 'tier-assignment', 'ta2', {
      ...{ party: m1, tier: { type: 'tier', key: 'crm/GOLD' }, status: 'approved', validFrom: '2026-01-01' },
    }),
  )
  const change = (number: string, kind: 'terms' | 'credit-line' | 'refund', more: object) =>
    kit.work((books) =>
      changeDeposit(
        books,
        { number, kind, merchant: 'M1', currency: 'CNY', author: { actor: 'anna', why: 'agreed' }, ...more },
        () => undefined,
      ),
    )
  await change('D-1', 'terms', { owner: 'us', lowBelow: '10.00' })
  await change('D-2', 'credit-line', { amount: '50.00', validTo: '2027-12-31' })
  const bert = { actor: 'bert', why: 'agreed' }
  await kit.work((books) => decideChange(books, { key: 'hub/D-2', to: 'approved', author: bert, ownApproval: false }, () => undefined))
  const sold = ref('sales-order', 'shop', 'm1')
  await kit.apply(
    record('bank', 'payment', 'b1', {
      ...{ kind: 'top-up', status: 'captured', amount: '100.00', currency: 'CNY', paidAt: '2026-11-23T09:00:00.000Z', reference: 'R1' },
      payer: { ref: m1 },
    }),
    sale('shop', 'm1', [saleLine('1', 'D', '4'), saleLine('2', 'E', '2')], { currency: 'CNY', seller: { ref: m1, name: 'Lamps' } }),
    parcel('p-m1', sold, [parcelLine({ key: '1' }, 'D', '2')], '2026-11-23T12:00:00.000Z'),
  )
  await change('D-3', 'refund', { amount: '1.00', order: 'shop/m1' })
}
