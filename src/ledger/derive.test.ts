import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import type { OrderLineTable } from '../store/tables.ts'
import { figures } from './figures.ts'
import {
  invoice,
  kitTenant,
  type LedgerKit,
  location,
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
import { addLines, addLink } from './links.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const text = (value: number | bigint) => fromScaled(BigInt(value), quantityScale)
async function lines(
  ...columns: readonly (keyof OrderLineTable &
    ('quantity' | 'cancelled' | 'confirmed' | 'shipped' | 'received' | 'rejected' | 'invoiced' | 'restocked' | 'open'))[]
) {
  const rows = await kit.database.read.selectFrom('order_line').selectAll().orderBy('key').orderBy('line').execute()
  return rows.map((row) => [row.line, ...columns.map((column) => text(row[column]))].join(' '))
}
async function stockOfA() {
  const row = await kit.database.read.selectFrom('stock').selectAll().where('product', '=', 'A').executeTakeFirstOrThrow()
  return { onHand: text(row.on_hand), reserved: text(row.reserved), inTransit: text(row.in_transit), available: text(row.available) }
}
const findings = async () =>
  (await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('code').execute()).map(
    ({ code, type, key, path, detail }) => ({ code, at: `${type} ${key} ${path}`.trim(), detail: JSON.parse(detail) }),
  )
const state = async (key: string) =>
  kit.database.read.selectFrom('order_state').selectAll().where('key', '=', key).executeTakeFirstOrThrow()
const sold = async () =>
  (await kit.database.read.selectFrom('sold').selectAll().orderBy('connection').orderBy('product').execute()).map(
    (row) => `${row.connection} ${row.product} ${text(row.quantity)}`,
  )

const order7 = ref('sales-order', 'shop-us', '7')
const noon = '2026-11-23T12:00:00.000Z'

describe('sales', () => {
  test('open = quantity - cancelled - shipped', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '5', { cancelled: '1' })]),
      parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], noon),
    )
    expect(await lines('quantity', 'cancelled', 'shipped', 'open')).toEqual(['1 5 1 3 1'])
    expect(await sold()).toEqual(['shop-us A 4'])
    expect((await state('shop-us/7')).fulfilment).toBe('part')
  })

  test('an order that is called off cancels what is unshipped', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '2')], { status: 'cancelled' }),
      parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], noon),
    )
    expect(await lines('quantity', 'cancelled', 'shipped', 'open')).toEqual(['1 5 2 3 0', '2 2 2 0 0'])
  })

  test.each([
    ['planned', '0'],
    ['packed', '0'],
    ['shipped', '5'],
    ['delivered', '5'],
    ['lost', '5'],
    ['cancelled', '0'],
  ])('a parcel that is %s has shipped %s', async (status, shipped) => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '5')]),
      parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], noon, { status }),
    )
    expect(await lines('shipped')).toEqual([`1 ${shipped}`])
  })

  test.each<[string, JsonObject | undefined]>([
    ['our key', { key: '1' }],
    ['its key at the shop', { connection: 'shop-us', externalKey: '1' }],
    ['its number', { number: '1' }],
    ["the partner's linked key", { externalKey: '900' }],
    ['the only line with its product', undefined],
  ])('a parcel row finds its line by %s', async (_, orderLine) => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '5')]))
    await kit.work((books) =>
      addLines(books, { type: 'sales-order', connection: 'erp', key: 'shop-us/7', lines: [{ externalKey: '900', number: '1' }] }),
    )
    await kit.apply(parcel('p1', order7, [parcelLine(orderLine, 'A', '4')], noon))
    expect(await lines('shipped')).toEqual(['1 4', '2 0'])
    expect(await findings()).toEqual([])
  })

  test('a parcel row that names no line of the order is a finding until it does', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '5')]),
      parcel('p1', order7, [parcelLine({ externalKey: '900' }, 'A', '4')], noon),
    )
    expect(await findings()).toEqual([
      { code: 'unmatched-line', at: 'shipment erp/p1 /lines/0', detail: { order: 'shop-us/7', orderLine: { externalKey: '900' } } },
    ])
    await kit.work((books) =>
      addLines(books, { type: 'sales-order', connection: 'erp', key: 'shop-us/7', lines: [{ externalKey: '900', number: '1' }] }),
    )
    expect([await findings(), await lines('shipped')]).toEqual([[], ['1 4']])
  })

  test('one parcel may serve two orders, and forget one', async () => {
    const order8 = ref('sales-order', 'shop-us', '8')
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]), sale('shop-us', '8', [saleLine('1', 'A', '5')]))
    await kit.apply(
      parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '1'), { ...parcelLine({ key: '1' }, 'A', '2'), order: order8 }], noon),
    )
    expect(await lines('shipped')).toEqual(['1 1', '1 2'])
    await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '1')], noon))
    expect(await lines('shipped')).toEqual(['1 1', '1 0'])
  })

  test('goods that come back are told by the shop, by the warehouse, or by both: counted once', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]), parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], noon))
    await kit.apply(refund('shop-us', 'r1', '7', '20.00', [{ orderLine: { key: '1' }, quantity: '2', restock: true, amount: '20.00' }]))
    expect([await lines('restocked'), await sold()]).toEqual([['1 2'], ['shop-us A 3']])
    await kit.apply(parcel('b1', order7, [parcelLine({ key: '1' }, 'A', '2')], noon, { direction: 'return', status: 'delivered' }))
    expect([await lines('restocked', 'shipped'), await sold()]).toEqual([['1 2 5'], ['shop-us A 3']])
    expect((await state('shop-us/7')).fulfilment).toBe('shipped')
  })

  test('money: paid, refunded, and what was placed', async () => {
    await kit.apply(payment('shop-us', '7', '50.00'))
    await kit.apply(refund('shop-us', 'r1', '7', '20.00'))
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    expect(await state('shop-us/7')).toMatchObject({
      payment: 'paid',
      grand_total: 500_000,
      goods_total: 500_000,
      paid: 500_000,
      refunded: 200_000,
    })
    await kit.apply(refund('shop-us', 'r2', '7', '30.00'))
    expect(await state('shop-us/7')).toMatchObject({ payment: 'refunded', refunded: 500_000 })
    expect((await figures(kit.database.read, kitTenant)).sales).toMatchObject([
      { origin: 'shop-us', currency: 'USD', orders: 1, open: 1, placed: '50.00', refunded: '50.00', net: '0.00', paid: '50.00' },
    ])
  })

  test.each([
    [{ amount: '20.00', allocations: [{ ref: order7, amount: '20.00' }] }, 'part'],
    [{ status: 'authorised' }, 'none'],
    [{ currency: 'EUR' }, 'none'],
    [{ allocations: [] }, 'none'],
  ])('payment %j is %s', async (more, expected) => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]), payment('shop-us', '7', '50.00', more))
    expect((await state('shop-us/7')).payment).toBe(expected)
  })

  test('deleted in the shop but shipped is a finding', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]), record('shop-us', 'sales-order', '7', null, { op: 'delete' }))
    expect(await findings()).toEqual([])
    await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], noon))
    expect(await findings()).toMatchObject([{ code: 'deleted-after-shipment', at: 'sales-order shop-us/7', detail: { shipped: '5' } }])
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    expect(await findings()).toEqual([])
  })

  describe('an order that its ERP deletes', () => {
    const told = async (...records: readonly ReturnType<typeof record>[]) => {
      const { finished } = await kit.apply(...records)
      return finished.changes.flatMap(({ type, operation }) => (type.endsWith('-order') ? [operation] : []))
    }
    const order = ref('purchase-order', 'erp', '1')
    const gone = record('erp', 'purchase-order', '1', null, { op: 'delete' })
    const came = (accepted: string) =>
      receipt('r1', order, [{ orderLine: { key: 'x' }, product: { ref: ref('product', 'erp', 'A') }, accepted, rejected: '0' }])
    beforeEach(async () => {
      await kit.apply(purchase('1', [purchaseLine('x', 'A', '3')]))
    })

    test('with its last posting is not called off', async () => {
      await kit.apply(came('3'))
      expect(await told(gone)).toEqual([])
      expect(await lines('quantity', 'received', 'cancelled', 'open')).toEqual(['x 36 36 0 0'])
    })
    test('is called off where something was still to come', async () => {
      await kit.apply(came('2'))
      expect(await told(gone)).toEqual(['cancel'])
    })
    test('is not when all came that the seller confirmed', async () => {
      await kit.apply(
        response('a', order, '2026-11-23T09:00:00.000Z', 'accepted', [
          { orderLine: { number: 'x' }, action: 'change', quantity: '2', unit: 'XCS' },
        ]),
        came('2'),
      )
      expect(await told(gone)).toEqual([])
    })
    test('is called off when nothing came', async () => {
      expect(await told(gone)).toEqual(['cancel'])
    })
    test('of sales is not called off once all left that was not cancelled', async () => {
      const sold = saleLine('1', 'A', '5', { cancelled: '2' })
      await kit.apply(sale('shop-us', '7', [sold]), parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '3')], noon))
      expect(await told(record('shop-us', 'sales-order', '7', null, { op: 'delete' }))).toEqual([])
      await kit.apply(sale('shop-us', '7', [{ ...sold, cancelled: '1' }]))
      expect(await told(record('shop-us', 'sales-order', '7', null, { op: 'delete' }))).toEqual(['cancel'])
    })
  })

  test('a draft orders nothing', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')], { status: 'draft' }))
    expect([await lines(), await sold(), await kit.database.read.selectFrom('reservation').selectAll().execute()]).toEqual([[], [], []])
  })

  test('an unknown product or unit has no stock effect until it is known', async () => {
    await kit.apply(
      sale('shop-us', '7', [
        { ...saleLine('1', 'A', '5'), product: { ref: ref('product', 'shop-us', '99') } },
        saleLine('2', 'A', '2', { unit: 'XPA', sourceUnit: 'pallet' }),
      ]),
    )
    expect([await sold(), await findings()]).toMatchObject([
      [],
      [{ code: 'unknown-unit', at: 'sales-order shop-us/7 /lines/1', detail: { unit: 'pallet' } }],
    ])
    await kit.work((books) => addLink(books, { type: 'product', connection: 'shop-us', externalKey: '99', key: 'A', linkedBy: 'person' }))
    await kit.apply(product('A', 'A', { packs: [{ unit: 'XPA', factor: '40' }] }))
    expect([await sold(), await findings()]).toEqual([['shop-us A 85'], []])
  })
})

describe('stock', () => {
  test.each([
    ['not shipped', undefined, noon, '10', '5', '5'],
    ['taken before the snapshot: it has seen the sale', '2026-11-23T11:59:59.999Z', noon, '5', '0', '5'],
    ['taken at the snapshot: it has seen the sale', noon, noon, '5', '0', '5'],
    ['taken after the snapshot: it has not seen the sale', '2026-11-23T12:00:00.001Z', noon, '10', '5', '5'],
  ])('a sale is subtracted exactly once: %s', async (_, takenAt, asOf, onHand, reserved, available) => {
    await kit.apply(stock('A', onHand, asOf), sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    if (takenAt !== undefined) await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], takenAt))
    expect(await stockOfA()).toEqual({ onHand, reserved, inTransit: '0', available })
  })

  test('two articles that were counted at different times have a cut-off each', async () => {
    await kit.apply(stock('A', '10', '2026-11-23T08:00:00.000Z'), stock('B', '6', '2026-11-23T13:00:00.000Z'))
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5'), saleLine('2', 'B', '4')]))
    await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5'), parcelLine({ key: '2' }, 'B', '4')], noon))
    expect((await stockOfA()).reserved).toBe('5')
    const rowOfB = kit.database.read.selectFrom('stock').select(['reserved', 'available']).where('product', '=', 'B')
    expect(await rowOfB.execute()).toEqual([{ reserved: 0, available: 6_000_000 }])
  })

  test('the figure moves once per sale, and routes hear of it', async () => {
    const opening = await kit.apply(stock('A', '10', '2026-11-23T08:00:00.000Z', {}, { baseline: true }))
    expect(opening.finished.changes).toEqual([
      { type: 'stock-level', key: 'MAIN/A', version: 1, operation: 'upsert', baseline: true, placedAt: null },
    ])
    const sold = await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    expect(sold.finished.changes).toMatchObject([{ type: 'sales-order' }, { type: 'stock-level', key: 'MAIN/A', baseline: false }])
    const shipped = await kit.apply(parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], noon))
    expect(shipped.finished.changes.map(({ type }) => type)).toEqual(['shipment'])
    const seen = await kit.apply(stock('A', '5', '2026-11-23T12:05:00.000Z'))
    expect(seen.finished.changes).toEqual([])
    expect(await stockOfA()).toMatchObject({ onHand: '5', reserved: '0', available: '5' })
  })

  test('a sale and goods that make up for it, seen together, are told: the shop shows less than it should', async () => {
    await kit.apply(stock('A', '10', '2026-11-23T08:00:00.000Z'))
    const both = await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]), stock('A', '15', '2026-11-23T09:00:00.000Z'))
    expect((await stockOfA()).available).toBe('10')
    expect(both.finished.changes).toMatchObject([{ type: 'sales-order' }, { type: 'stock-level', key: 'MAIN/A', baseline: false }])
  })

  test('a snapshot with the same figure moves the cut-off', async () => {
    await kit.apply(
      stock('A', '5', '2026-11-23T09:00:00.000Z'),
      sale('shop-us', '7', [saleLine('1', 'A', '5')]),
      parcel('p1', order7, [parcelLine({ key: '1' }, 'A', '5')], noon),
    )
    expect((await stockOfA()).available).toBe('0')
    const { applied, finished } = await kit.apply(stock('A', '5', '2026-11-23T13:00:00.000Z'))
    expect([applied, finished.changes]).toMatchObject([[{ state: 'unchanged' }], [{ type: 'stock-level', key: 'MAIN/A', version: 1 }]])
    expect((await stockOfA()).available).toBe('5')
  })

  test('oversold is a finding while it lasts', async () => {
    await kit.apply(
      stock('A', '10', noon),
      sale('shop-us', '7', [saleLine('1', 'A', '7')]),
      sale('shop-eu', '1', [saleLine('1', 'A', '5')]),
    )
    expect(await findings()).toEqual([
      { code: 'oversold', at: 'stock-level MAIN/A', detail: { onHand: '10', reserved: '12', available: '-2' } },
    ])
    expect((await figures(kit.database.read, kitTenant)).stock).toEqual({
      onHand: '10',
      reserved: '12',
      inTransit: '0',
      available: '-2',
      pushable: '0',
    })
    await kit.apply(sale('shop-eu', '1', [saleLine('1', 'A', '5')], { status: 'cancelled' }))
    expect([await findings(), (await stockOfA()).available]).toEqual([[], '3'])
  })

  test('a source that states available has taken reservations off itself', async () => {
    await kit.apply(
      stock('A', '10', noon, { onHand: undefined, available: '10' }, { measure: 'available' }),
      sale('shop-us', '7', [saleLine('1', 'A', '7')]),
    )
    expect(await stockOfA()).toMatchObject({ reserved: '0', available: '10' })
  })

  test('what is not sellable is available to nobody; packs are counted in pieces', async () => {
    await kit.apply(stock('A', '2', noon, { unit: 'XCS' }), { ...stock('A', '60', noon, { condition: 'quarantine' }), externalKey: 'A-q' })
    const rows = await kit.database.read.selectFrom('stock').selectAll().orderBy('condition').execute()
    expect(rows.map((row) => [row.condition, text(row.on_hand), text(row.available)])).toEqual([
      ['quarantine', '60', '0'],
      ['sellable', '24', '24'],
    ])
  })

  test('several sellable locations: promises stand at the first, and somebody is told', async () => {
    await kit.apply(location('EAST', 'EAST'))
    await kit.apply(stock('A', '10', noon), sale('shop-us', '7', [saleLine('1', 'A', '5')]))
    await kit.apply({ ...stock('A', '3', noon, { location: { ref: ref('location', 'erp', 'EAST') } }), externalKey: 'A-east' })
    const rows = await kit.database.read.selectFrom('stock').selectAll().orderBy('location').execute()
    expect(rows.map((row) => [row.location, text(row.reserved), text(row.available)])).toEqual([
      ['EAST', '5', '-2'],
      ['MAIN', '0', '10'],
    ])
    expect((await findings()).map(({ code, at }) => `${code} ${at}`)).toEqual([
      'oversold stock-level EAST/A',
      'several-locations stock-level EAST/A',
    ])
  })

  test('services are sold, never reserved', async () => {
    await kit.apply(product('S', 'S', { kind: 'service' }), sale('shop-us', '7', [saleLine('1', 'S', '5')]))
    expect([await sold(), await kit.database.read.selectFrom('reservation').selectAll().execute()]).toEqual([['shop-us S 5'], []])
  })
})

describe('purchases', () => {
  const order = ref('purchase-order', 'erp', '12')
  const atSeller = ref('purchase-order', 'ningbo-erp', '88')
  const answer = (key: string, at: string, kind: string, lines: readonly JsonObject[]) => response(key, order, at, kind, lines)

  test('cases are counted in pieces; nothing is in transit before an answer', async () => {
    await kit.apply(stock('A', '0', noon), purchase('12', [purchaseLine('1', 'A', '10')]))
    expect(await lines('quantity', 'confirmed', 'cancelled', 'open')).toEqual(['1 120 0 0 0'])
    await kit.apply(answer('88', noon, 'changed', [{ orderLine: { number: '1' }, action: 'change', quantity: '8', unit: 'XCS' }]))
    expect(await lines('quantity', 'confirmed', 'cancelled', 'open')).toEqual(['1 120 96 24 96'])
    expect((await stockOfA()).inTransit).toBe('96')
  })

  test.each<[string, string, readonly JsonObject[], string]>([
    ['accepts a line as it stands', 'accepted', [{ orderLine: { number: '1' }, action: 'accept' }], '120'],
    ['accepts everything without lines', 'accepted', [], '120'],
    [
      'accepts and names a smaller quantity',
      'accepted',
      [{ orderLine: { number: '1' }, action: 'accept', quantity: '9', unit: 'XCS' }],
      '108',
    ],
    ['accepts another line', 'accepted', [{ orderLine: { number: '2' }, action: 'accept' }], '0'],
    ['refuses the line', 'changed', [{ orderLine: { number: '1' }, action: 'reject', quantity: '0' }], '0'],
    ['refuses all', 'rejected', [{ orderLine: { number: '1' }, action: 'accept' }], '0'],
    ['has only received it', 'received', [{ orderLine: { number: '1' }, action: 'accept' }], '0'],
    ['sends something else', 'changed', [{ orderLine: { number: '1' }, action: 'substitute', quantity: '10' }], '0'],
    ['sends it later', 'changed', [{ orderLine: { number: '1' }, action: 'backorder', quantity: '4', unit: 'XCS' }], '48'],
  ])('the seller %s', async (_, kind, rows, confirmed) => {
    await kit.apply(purchase('12', [purchaseLine('1', 'A', '10'), purchaseLine('2', 'B', '1')]), answer('88', noon, kind, rows))
    expect((await lines('confirmed'))[0]).toBe(`1 ${confirmed}`)
  })

  test('the latest answer to a line wins, whichever came first', async () => {
    const early = answer('88', '2026-11-23T09:00:00.000Z', 'accepted', [{ orderLine: { number: '1' }, action: 'accept' }])
    const late = answer('89', '2026-11-23T10:00:00.000Z', 'changed', [
      { orderLine: { number: '1' }, action: 'change', quantity: '3', unit: 'XCS' },
    ])
    await kit.apply(late)
    await kit.apply(purchase('12', [purchaseLine('1', 'A', '10')]))
    await kit.apply(early)
    expect(await lines('confirmed')).toEqual(['1 36'])
  })

  test("an answer by the seller's own keys counts once they are linked", async () => {
    await kit.apply(
      purchase('12', [purchaseLine('1', 'A', '10')]),
      response('88', atSeller, noon, 'accepted', [{ orderLine: { externalKey: '501' }, action: 'accept' }]),
    )
    expect(await lines('confirmed')).toEqual(['1 0'])
    await kit.work(async (books) => {
      await addLink(books, { type: 'purchase-order', connection: 'ningbo-erp', externalKey: '88', key: 'erp/12', linkedBy: 'hub-ref' })
      await addLines(books, {
        type: 'purchase-order',
        connection: 'ningbo-erp',
        key: 'erp/12',
        lines: [{ externalKey: '501', number: '1' }],
      })
    })
    expect(await lines('confirmed')).toEqual(['1 120'])
  })

  test('received = accepted + rejected; in transit is the rest, never below zero', async () => {
    await kit.apply(stock('A', '0', noon), purchase('12', [purchaseLine('1', 'A', '10')]), answer('88', noon, 'accepted', []))
    await kit.apply(receipt('r1', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '5', rejected: '1' }]))
    expect(await lines('received', 'rejected', 'open')).toEqual(['1 72 12 48'])
    await kit.apply(receipt('r2', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '6' }]))
    expect([await lines('received', 'open'), (await stockOfA()).inTransit, (await state('erp/12')).fulfilment]).toEqual([
      ['1 144 0'],
      '0',
      'received',
    ])
    await kit.apply(receipt('r2', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '6' }], { status: 'reversed' }))
    expect(await lines('received', 'open')).toEqual(['1 72 48'])
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['the order', { status: 'cancelled' }, {}],
    ['the line', {}, { status: 'cancelled' }],
  ])('nothing is in transit when the buyer calls %s off', async (_, head, line) => {
    await kit.apply(
      purchase('12', [purchaseLine('1', 'A', '10', line)], head),
      answer('88', noon, 'accepted', []),
      receipt('r1', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '4' }]),
    )
    expect(await lines('cancelled', 'received', 'open')).toEqual(['1 72 48 0'])
  })

  test('a line that vanished is cancelled with its quantity', async () => {
    await kit.apply(purchase('12', [purchaseLine('1', 'A', '10'), purchaseLine('2', 'B', '1')]), answer('88', noon, 'accepted', []))
    await kit.apply(purchase('12', [purchaseLine('1', 'A', '10')]))
    expect(await lines('quantity', 'cancelled', 'open')).toEqual(['1 120 0 120', '2 12 12 0'])
  })

  test('invoiced more than accepted: one finding with the amount held, whatever came first', async () => {
    await kit.apply(invoice('i1', order, [{ orderLine: { key: '1' }, quantity: '10' }]), purchase('12', [purchaseLine('1', 'A', '10')]))
    expect(await findings()).toMatchObject([{ code: 'no-receipt', detail: { accepted: '0', difference: '120', amount: '1200.00' } }])
    await kit.apply(receipt('r1', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '5', rejected: '5' }]))
    expect(await findings()).toEqual([
      {
        code: 'quantity-variance',
        at: 'invoice erp/i1 /lines/0',
        detail: {
          order: 'erp/12',
          line: '1',
          invoiced: '120',
          accepted: '60',
          difference: '60',
          unitPrice: '120.00',
          unit: 'XCS',
          currency: 'CNY',
          amount: '600.00',
        },
      },
    ])
    await kit.apply(invoice('i2', order, [{ orderLine: { key: '1' }, quantity: '5' }], { kind: 'credit-note' }))
    expect([await findings(), await lines('invoiced')]).toEqual([[], ['1 60']])
  })

  test('figures of purchases foot', async () => {
    await kit.apply(
      purchase('12', [purchaseLine('1', 'A', '10')]),
      purchase('13', [purchaseLine('1', 'A', '5')]),
      answer('88', noon, 'changed', [{ orderLine: { number: '1' }, action: 'change', quantity: '8', unit: 'XCS' }]),
    )
    await kit.apply(receipt('r1', order, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '5', rejected: '1' }]))
    expect((await figures(kit.database.read, kitTenant)).purchased).toEqual({
      ordered: '180',
      cut: '24',
      confirmed: '96',
      unanswered: '60',
      arrived: '72',
      accepted: '60',
      rejected: '12',
      inTransit: '24',
      invoiced: '0',
    })
  })
})
