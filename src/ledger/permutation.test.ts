import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../model/id.ts'
import { canonicalJson, type JsonObject } from '../model/json.ts'
import { testServer } from '../testing/test-store.ts'
import { applyPart } from './apply.ts'
import { preload } from './books.ts'
import { figures } from './figures.ts'
import {
  invoice,
  kitTenant,
  location,
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
import { recognise } from './links.ts'
import type { Books, Incoming } from './types.ts'
import { verify } from './verify.ts'
import { compareVersion } from './version.ts'

/** What arrives: a record that keeps a document, or a partner's record that carries our number. */
type Step =
  | { readonly kind: 'record'; readonly incoming: Incoming; readonly version: string }
  | {
      readonly kind: 'met'
      readonly connection: string
      readonly externalKey: string
      readonly document: string
      readonly value: string
      readonly lines: readonly (readonly [string, string])[]
    }

const at = (incoming: Incoming, version: number): Step => ({ kind: 'record', incoming, version: String(version) })
const erpSale = (externalKey: string, value: string, lines: readonly (readonly [string, string])[]): Step => ({
  kind: 'met',
  connection: 'erp',
  externalKey,
  document: 'sales-order',
  value,
  lines,
})

const shopItem = (externalKey: string, sku: string) =>
  record(
    'shop-us',
    'product',
    externalKey,
    { sku, name: sku, baseUnit: 'EA' },
    { identity: { kind: 'mirror', identifiers: [{ scheme: 'sku', path: 'sku' }], foreign: 'park' } },
  )
const byShopItem = (key: string, item: string, quantity: string, more: JsonObject = {}) => ({
  ...saleLine(key, item, quantity, more),
  product: { ref: ref('product', 'shop-us', item) },
})

const po = ref('purchase-order', 'erp', '12')
const poAtSeller = ref('purchase-order', 'ningbo-erp', '88')
const time = (clock: string) => `2026-11-23T${clock}:00.000Z`
const paid = { sourceUpdatedAt: time('09:30') }

/** A small day of trade: two shops on one stock, edits, a late cancel, cut purchases, broken goods, refunds, an article nobody knows. */
const day: readonly Step[] = [
  at(location('MAIN', 'MAIN'), 1),
  at(product('A', 'A'), 1),
  at(product('A', 'A', { name: 'Lamp A', gtins: ['4006381333931'] }), 2),
  at(product('B', 'B', { packs: [] }), 1),
  at(product('B', 'B'), 2),
  at(shopItem('501', 'A'), 1),
  at(shopItem('502', 'B'), 1),
  at(stock('A', '20', time('08:00')), 1),
  at(stock('A', '17', time('12:00')), 2),
  at(stock('A', '77', time('14:00')), 3),
  at(stock('B', '4', time('08:00')), 1),
  at(sale('shop-us', '7', [byShopItem('1', '501', '3')], { status: 'open', ...paid }), 1),
  at(sale('shop-us', '7', [byShopItem('1', '501', '2'), byShopItem('2', '502', '1')], { status: 'open' }), 2),
  at(
    sale('shop-us', '7', [byShopItem('1', '501', '2'), byShopItem('2', '502', '1')], { status: 'open', sourceUpdatedAt: time('15:00') }),
    3,
  ),
  at(payment('shop-us', '7', '30.00'), 1),
  at(sale('shop-us', '8', [byShopItem('1', '999', '1'), byShopItem('2', '502', '5')]), 1),
  at(sale('shop-eu', '7', [saleLine('1', 'A', '4')], { currency: 'EUR', totals: { linesTotal: '40.00', grandTotal: '41.00' } }), 1),
  at(sale('shop-eu', '7', [saleLine('1', 'A', '4')], { currency: 'EUR', status: 'cancelled' }), 2),
  at(sale('shop-eu', '9', [saleLine('1', 'A', '1'), saleLine('2', 'B', '2', { unit: 'XPA' })], { currency: 'EUR' }), 1),
  at(payment('shop-eu', '9', '30.00', { currency: 'EUR', status: 'authorised' }), 1),
  at(payment('shop-eu', '9', '30.00', { currency: 'EUR' }), 2),
  erpSale('41', 'shop-us/7', [
    ['900', '1'],
    ['901', '2'],
  ]),
  erpSale('42', 'shop-eu/7', [['910', '1']]),
  at(parcel('p1', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '900' }, 'A', '2')], time('11:30')), 1),
  at(parcel('p2', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '901' }, 'B', '1')], time('13:00'), { status: 'packed' }), 1),
  at(parcel('p2', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '901' }, 'B', '1')], time('13:30')), 2),
  at(parcel('p3', ref('sales-order', 'erp', '42'), [parcelLine(undefined, 'A', '4')], time('12:30')), 1),
  at(parcel('p4', ref('sales-order', 'shop-eu', '9'), [parcelLine({ externalKey: 'nobody' }, 'A', '1')], time('12:40')), 1),
  at(refund('shop-us', 'r1', '7', '10.00', [{ orderLine: { key: '1' }, quantity: '1', restock: true }]), 1),
  at(purchase('12', [purchaseLine('1', 'A', '10'), purchaseLine('2', 'B', '5')]), 1),
  at(purchase('12', [purchaseLine('1', 'A', '10'), purchaseLine('2', 'B', '4')]), 2),
  {
    kind: 'met',
    connection: 'ningbo-erp',
    externalKey: '88',
    document: 'purchase-order',
    value: 'PO-12',
    lines: [
      ['601', '1'],
      ['602', '2'],
    ],
  },
  at(response('88', poAtSeller, time('09:00'), 'received', []), 1),
  at(
    response('88', poAtSeller, time('09:10'), 'accepted', [
      { orderLine: { externalKey: '601' }, action: 'change', quantity: '8', unit: 'XCS' },
      { orderLine: { number: '2' }, action: 'accept' },
    ]),
    2,
  ),
  at(response('89', po, time('09:40'), 'changed', [{ orderLine: { key: '2' }, action: 'reject' }]), 1),
  at(receipt('g1', po, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '5', rejected: '1' }]), 1),
  at(receipt('g2', po, [{ product: { ref: ref('product', 'erp', 'B') }, accepted: '1' }]), 1),
  at(receipt('g2', po, [{ product: { ref: ref('product', 'erp', 'B') }, accepted: '1' }], { status: 'reversed' }), 2),
  at(invoice('i1', po, [{ orderLine: { key: '1' }, quantity: '6' }]), 1),
]

/** What the pipeline does around the ledger: holds older and equal records back, keeps what is parked until a link appears. */
async function play(steps: readonly Step[], batchSizes: readonly number[]): Promise<string> {
  const kit = await openLedgerKit()
  const last = new Map<string, { readonly version: string; readonly bodyHash: string }>()
  let parked: Step[] = []
  const run = (batch: readonly Step[]) =>
    kit.work(async (books) => {
      await preload(
        books,
        batch.flatMap((step) => (step.kind === 'record' ? [step.incoming] : [])),
      )
      for (const step of batch) if ((await take(books, step, last)) === 'parked') parked.push(step)
    })
  for (let from = 0, batch = 0; from < steps.length; batch++) {
    const size = batchSizes[batch % batchSizes.length] ?? 1
    await run(steps.slice(from, from + size))
    from += size
    for (let before = -1; parked.length > 0 && before !== parked.length; ) {
      const again = parked
      before = again.length
      parked = []
      await run(again)
    }
  }
  const rest = await dump(kit.database)
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
  return rest
}

async function take(
  books: Books,
  step: Step,
  last: Map<string, { readonly version: string; readonly bodyHash: string }>,
): Promise<'done' | 'parked'> {
  if (step.kind === 'met') {
    const lines = step.lines.map(([externalKey, number]) => ({ externalKey, number }))
    const found = await recognise(books, {
      connection: step.connection,
      stream: 'sales',
      externalKey: step.externalKey,
      hubRef: { document: step.document, value: step.value },
      lines,
      version: null,
    })
    return found === undefined ? 'parked' : 'done'
  }
  const { incoming, version } = step
  const name = `${incoming.connection}/${incoming.stream}/${incoming.externalKey}`
  const known = { version, bodyHash: sha256(canonicalJson(incoming.body ?? null)) }
  const order = compareVersion(last.get(name), { ...known, authoritative: false })
  if (order !== 'newer') return 'done'
  const applied = await applyPart(books, incoming)
  if (applied.state === 'parked') return 'parked'
  last.set(name, known)
  return 'done'
}

/** Everything at rest that must not depend on the order of arrival: no version numbers, no times of the hub. */
async function dump({ read }: Awaited<ReturnType<typeof openLedgerKit>>['database']): Promise<string> {
  const tables = {
    documents: await read
      .selectFrom('document')
      .select(['type', 'key', 'origin', 'number', 'status', 'business_date', 'placed_at', 'deleted', 'body', 'body_hash'])
      .orderBy('type')
      .orderBy('key')
      .execute(),
    links: await read
      .selectFrom('link')
      .select(['type', 'connection', 'external_key', 'key'])
      .orderBy('type')
      .orderBy('connection')
      .orderBy('external_key')
      .execute(),
    lineLinks: await read
      .selectFrom('line_link')
      .select(['type', 'connection', 'key', 'external_line', 'line'])
      .orderBy('connection')
      .orderBy('key')
      .orderBy('external_line')
      .execute(),
    identifiers: await read.selectFrom('identifier').selectAll().orderBy('type').orderBy('scheme').orderBy('value').execute(),
    references: await read.selectFrom('reference').selectAll().orderBy('from_type').orderBy('from_key').orderBy('path').execute(),
    orderStates: await read.selectFrom('order_state').selectAll().orderBy('type').orderBy('key').execute(),
    orderLines: await read.selectFrom('order_line').selectAll().orderBy('type').orderBy('key').orderBy('line').execute(),
    reservations: await read.selectFrom('reservation').selectAll().orderBy('order_key').orderBy('line').orderBy('part').execute(),
    stock: await read
      .selectFrom('stock')
      .select(['product', 'location', 'condition', 'on_hand', 'as_of', 'source', 'reserved', 'in_transit', 'available'])
      .orderBy('product')
      .orderBy('location')
      .execute(),
    sold: await read.selectFrom('sold').selectAll().orderBy('connection').orderBy('product').execute(),
    findings: await read
      .selectFrom('finding')
      .select(['type', 'key', 'code', 'path', 'detail'])
      .where('state', '=', 'open')
      .orderBy('type')
      .orderBy('key')
      .orderBy('code')
      .orderBy('path')
      .execute(),
    figures: await figures(read, kitTenant),
  }
  return JSON.stringify(tables, null, 1)
}

test('the day in its own order comes to rest with what trade says', async () => {
  const rest = JSON.parse(await play(day, [1]))
  const codes = rest.findings.map(({ code, key }: { code: string; key: string }) => `${code} ${key}`)
  expect(codes).toEqual(
    ['quantity-variance erp/i1', 'unknown-unit shop-eu/9', 'unmatched-line erp/p4', 'oversold MAIN/B'].sort(
      (a, b) => codes.indexOf(a) - codes.indexOf(b),
    ),
  )
  expect(rest.figures.purchased).toMatchObject({
    ordered: '168',
    cut: '72',
    confirmed: '96',
    unanswered: '0',
    arrived: '72',
    accepted: '60',
    rejected: '12',
    inTransit: '24',
  })
  expect(rest.figures.sold).toMatchObject({ quantity: '13', shipped: '7', cancelled: '0', open: '6' })
  expect(
    rest.stock.map((row: { product: string; reserved: number; available: number }) => [row.product, row.reserved, row.available]),
  ).toEqual([
    ['A', 1_000_000, 76_000_000],
    ['B', 6_000_000, -2_000_000],
  ])
})

test('every order of arrival, with duplicates, in any batches, comes to the same rest', { timeout: 120_000 }, async () => {
  const expected = await play(day, [1])
  const arrivals = fc
    .tuple(
      fc.shuffledSubarray([...day], { minLength: day.length, maxLength: day.length }),
      fc.shuffledSubarray([...day], { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
    )
    .map(([all, again, sizes, places]) => {
      const steps = [...all]
      for (const step of again) steps.splice((places.next().value ?? 0) % (steps.length + 1), 0, step)
      return { steps, sizes }
    })
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ steps, sizes }) => {
      expect(await play(steps, sizes)).toBe(expected)
    }),
    { numRuns: testServer() === undefined ? 60 : 25, verbose: fc.VerbosityLevel.None },
  )
})
