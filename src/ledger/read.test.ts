import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  purchase,
  purchaseLine,
  ref,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { addLines, addLink } from './links.ts'
import { asOf, documentNow, explainValue, history } from './read.ts'
import { resolved } from './resolved.ts'
import { verify } from './verify.ts'
import { compareVersion } from './version.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterEach(() => kit.database.close())

const resolvedNow = async (type: string, key: string) => {
  const document = await documentNow(kit.database.read, kitTenant, type, key)
  return document && resolved(kit.database.read, kitTenant, document)
}

test('every version stays readable, by number and by time', async () => {
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3')]))
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '5')]))
  const versions = await history(kit.database.read, kitTenant, 'sales-order', 'shop-us/7')
  expect(versions.map(({ version, envelope, mapping, revision }) => [version, envelope, mapping, revision])).toEqual([
    [1, 'envelope-shop-us-7', 'm1', 'r1'],
    [2, 'envelope-shop-us-7', 'm1', 'r1'],
  ])
  const [first, second] = versions
  const before = await asOf(kit.database.read, kitTenant, 'sales-order', 'shop-us/7', (second?.at ?? 0) - 1)
  expect(before).toEqual(first)
  expect(await asOf(kit.database.read, kitTenant, 'sales-order', 'shop-us/7', (first?.at ?? 0) - 1)).toBeUndefined()
})

test.each(['lines.0.quantity', '/lines/0/quantity'])('a value at %s is traced to the version that introduced it', async (path) => {
  const quantities = ['3', '5', '5', '4', '5', '5']
  for (const [index, quantity] of quantities.entries())
    await kit.apply({ ...sale('shop-us', '7', [saleLine('1', 'A', quantity)], { note: `edit ${index}` }), envelope: `e${index}` })
  expect(await explainValue(kit.database.read, kitTenant, 'sales-order', 'shop-us/7', path)).toMatchObject({
    value: '5',
    before: '4',
    version: 5,
    envelope: 'e4',
    mapping: 'm1',
    revision: 'r1',
  })
  expect(await explainValue(kit.database.read, kitTenant, 'sales-order', 'nobody', path)).toBeUndefined()
})

describe('resolved', () => {
  test('references carry key and origin, line references the key of the line', async () => {
    await kit.apply(
      sale('shop-us', '7', [
        saleLine('1', 'A', '3'),
        { ...saleLine('2', 'B', '1'), product: { ref: ref('product', 'shop-us', '99'), sku: 'X' } },
      ]),
    )
    await kit.work(async (books) => {
      await addLink(books, { type: 'sales-order', connection: 'erp', externalKey: '41', key: 'shop-us/7', linkedBy: 'delivery' })
      await addLines(books, { type: 'sales-order', connection: 'erp', key: 'shop-us/7', lines: [{ externalKey: '900', number: '2' }] })
    })
    await kit.apply(
      parcel('p1', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '900' }, 'B', '1')], '2026-11-23T12:00:00.000Z'),
    )
    expect(await resolvedNow('sales-order', 'shop-us/7')).toMatchObject({
      type: 'sales-order',
      key: 'shop-us/7',
      origin: 'shop-us',
      version: 1,
      lines: [
        { product: { ref: { connection: 'erp', externalKey: 'A', key: 'A', origin: 'erp' } } },
        { product: { ref: { type: 'product', connection: 'shop-us', externalKey: '99' }, sku: 'X' } },
      ],
    })
    expect(await resolvedNow('shipment', 'erp/p1')).toMatchObject({
      order: { key: 'shop-us/7', origin: 'shop-us' },
      lines: [{ orderLine: { externalKey: '900', key: '2' } }],
    })
  })

  test('a stock level is composed from what is derived; what is oversold is pushed as zero', async () => {
    await kit.apply(
      stock('A', '1', '2026-11-23T12:00:00.000Z', { unit: 'XCS' }),
      sale('shop-us', '7', [saleLine('1', 'A', '14')]),
      purchase('12', [purchaseLine('1', 'A', '2')]),
    )
    expect(await resolvedNow('stock-level', 'MAIN/A')).toMatchObject({
      location: { ref: { key: 'MAIN', origin: 'erp' } },
      product: { ref: { key: 'A' } },
      unit: 'EA',
      onHand: '12',
      reserved: '14',
      inTransit: '0',
      available: '-2',
      pushable: '0',
      asOf: '2026-11-23T12:00:00.000Z',
    })
  })
})

test('verify names every derived row that is not what the documents say', async () => {
  await kit.apply(stock('A', '10', '2026-11-23T12:00:00.000Z'), sale('shop-us', '7', [saleLine('1', 'A', '14')]))
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.write(async (tx) => {
    await tx.updateTable('order_line').set({ open: 13_000_000 }).execute()
    await tx.updateTable('stock').set({ available: 0 }).execute()
    await tx.updateTable('finding').set({ state: 'closed' }).execute()
    await tx.deleteFrom('reservation').execute()
    await tx.insertInto('sold').values({ tenant: kitTenant, connection: 'shop-eu', product: 'A', quantity: 1 }).execute()
  })
  expect((await verify(kit.database, kitTenant)).differences.map(({ table, key }) => `${table} ${key.trim()}`)).toEqual([
    'order_line sales-order shop-us/7 1',
    'reservation A shop-us/7 1 open',
    'stock A MAIN sellable',
    'finding stock-level MAIN/A oversold',
    'sold shop-eu A',
  ])
})

test('figures do not depend on whether the version with a line that vanished was seen', async () => {
  const whole = sale('shop-us', '7', [saleLine('1', 'A', '3'), saleLine('2', 'B', '1')])
  const rest = sale('shop-us', '7', [saleLine('1', 'A', '3')])
  await kit.apply(stock('A', '9', '2026-11-23T12:00:00.000Z'), stock('B', '9', '2026-11-23T12:00:00.000Z'), whole, rest)
  const other = await openLedgerKit()
  await other.apply(...masterData, stock('A', '9', '2026-11-23T12:00:00.000Z'), stock('B', '9', '2026-11-23T12:00:00.000Z'), rest)
  const figuresOf = async ({ database: { read } }: LedgerKit) => [
    await read.selectFrom('stock').select(['product', 'reserved', 'available']).execute(),
    await read.selectFrom('sold').selectAll().execute(),
    await read.selectFrom('reservation').selectAll().execute(),
    await read.selectFrom('order_line').select(['line', 'open', 'shipped']).where('open', '>', 0).execute(),
  ]
  expect(await figuresOf(kit)).toEqual(await figuresOf(other))
  await other.database.close()
})

test.each([
  ['the first', undefined, { version: '5', bodyHash: 'a' }, false, 'newer'],
  ['a higher counter', { version: '9', bodyHash: 'a' }, { version: '10', bodyHash: 'a' }, false, 'newer'],
  ['a lower counter', { version: '10', bodyHash: 'a' }, { version: '9', bodyHash: 'b' }, false, 'older'],
  ['a lower one, read again', { version: '10', bodyHash: 'a' }, { version: '9', bodyHash: 'b' }, true, 'older'],
  [
    'a later time',
    { version: '2026-11-23T09:00:00.000Z', bodyHash: 'a' },
    { version: '2026-11-23T10:00:00.000Z', bodyHash: 'a' },
    false,
    'newer',
  ],
  ['the same again', { version: '5', bodyHash: 'a' }, { version: '5', bodyHash: 'a' }, false, 'same'],
  ['the same version, another content', { version: '5', bodyHash: 'a' }, { version: '5', bodyHash: 'b' }, false, 'differs'],
  ['the same version, another content, read again', { version: '5', bodyHash: 'a' }, { version: '5', bodyHash: 'b' }, true, 'newer'],
  ['no version, same content', { version: null, bodyHash: 'a' }, { version: null, bodyHash: 'a' }, false, 'same'],
  ['no version, another content', { version: null, bodyHash: 'a' }, { version: null, bodyHash: 'b' }, false, 'differs'],
  ['no version, read again', { version: '5', bodyHash: 'a' }, { version: null, bodyHash: 'b' }, true, 'newer'],
] as const)('a record against the last one: %s', (_, last, incoming, authoritative, expected) => {
  expect(compareVersion(last, { ...incoming, authoritative })).toBe(expected)
})
