import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  kitTenant,
  type LedgerKit,
  location,
  openLedgerKit,
  parcel,
  parcelLine,
  product,
  purchase,
  purchaseLine,
  record,
  ref,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { merge, split } from './merge.ts'
import { postMovement } from './move-stock.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

const author = { actor: 'anna', why: 'the same lamp' }
const mergeKeys = (from: string, into: string, type = 'product') => kit.work((books) => merge(books, { type, from, into, author }))
const splitKeys = (from: string, to: string, links?: readonly { connection: string; externalKey: string }[], type = 'product') =>
  kit.work((books) => split(books, { type, from, to, author, ...(links === undefined ? {} : { links }) }))

const gtin = '4006381333931'
/** Article 77 of a shop is our B by its GTIN. */
const shopItem = (externalKey: string, body: { sku?: string; gtins?: string[] }): Incoming =>
  record('shop-us', 'product', externalKey, body, {
    identity: {
      kind: 'mirror',
      identifiers: [
        { scheme: 'sku', path: 'sku' },
        { scheme: 'gtin', path: 'gtins' },
      ],
      foreign: 'park',
    },
  })
const order = (shop: string, key: string, sku: string) => sale(shop, key, [saleLine('1', sku, '2')])
const base = (): readonly Incoming[] => [
  location('MAIN', 'MAIN'),
  location('EAST', 'EAST'),
  product('A', 'A'),
  product('B', 'B', { gtins: [gtin] }),
  shopItem('77', { gtins: [gtin] }),
  stock('A', '10', '2026-11-23T08:00:00.000Z'),
  stock('B', '4', '2026-11-23T08:00:00.000Z', { location: { ref: ref('location', 'erp', 'EAST') } }),
  order('shop-us', '1', 'A'),
  order('shop-us', '2', 'B'),
  parcel('p1', ref('sales-order', 'shop-us', '2'), [parcelLine({ number: '1' }, 'B', '1')], '2026-11-23T12:00:00.000Z'),
  purchase('1', [purchaseLine('1', 'B', '3')]),
]

/** All that follows from the documents, and what they and the crosswalk say. */
async function state() {
  const { read } = kit.database
  const all = async (table: 'order_line' | 'reservation' | 'sold' | 'reference' | 'identifier') =>
    (await read.selectFrom(table).selectAll().execute())
      .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
      .sort()
  const documents = await read.selectFrom('document').select(['type', 'key', 'body', 'deleted']).orderBy('type').orderBy('key').execute()
  const stocks = await read
    .selectFrom('stock')
    .select(['product', 'location', 'on_hand', 'reserved', 'in_transit', 'available'])
    .orderBy('product')
    .orderBy('location')
    .execute()
  const links = await read
    .selectFrom('link')
    .select(['type', 'connection', 'external_key', 'key', 'linked_by'])
    .orderBy('type')
    .orderBy('connection')
    .orderBy('external_key')
    .execute()
  return {
    lines: await all('order_line'),
    reservations: await all('reservation'),
    sold: await all('sold'),
    references: await all('reference'),
    identifiers: await all('identifier'),
    // an emptied level says that it went: nobody reads it
    documents: documents.filter(({ body }) => !body.includes('movedTo')),
    stocks: stocks.map((row) => ({
      ...row,
      on_hand: Number(row.on_hand),
      reserved: Number(row.reserved),
      in_transit: Number(row.in_transit),
      available: Number(row.available),
    })),
    links,
  }
}
const proved = async () => expect((await verify(kit.database, kitTenant)).differences).toEqual([])
const kinds = async () =>
  (
    await kit.database.read.selectFrom('journal').select(['kind', 'key']).where('kind', 'in', ['merged', 'split']).orderBy('id').execute()
  ).map(({ kind, key }) => `${kind} ${key}`)

test('what referred to the merged key refers to the one that lives, and everything that counts is counted there', async () => {
  await kit.apply(...base())
  await mergeKeys('B', 'A')
  const { lines, stocks, references, identifiers, links } = await state()
  expect(lines.filter((row) => row.includes('"product":"B"'))).toEqual([])
  expect(stocks.map(({ product: of, location: at, on_hand }) => `${of} ${at} ${on_hand / 1e6}`)).toEqual(['A EAST 4', 'A MAIN 10'])
  expect(stocks.reduce((sum, { reserved }) => sum + reserved, 0)).toBe(4e6)
  expect(stocks.reduce((sum, { in_transit }) => sum + in_transit, 0)).toBe(0)
  expect(references.filter((row) => row.includes('"to_key":"B"'))).toEqual([])
  expect(identifiers.filter((row) => row.includes('"key":"B"'))).toEqual([])
  expect(links.filter(({ key }) => key === 'B')).toEqual([])
  await proved()
  expect(await kinds()).toEqual(['merged B', 'merged A'])
})

test('what comes later under the old key is of the one that lives, and the record of the old key writes nothing', async () => {
  await kit.apply(...base())
  await mergeKeys('B', 'A')
  const { applied } = await kit.apply(product('B', 'B', { name: 'another name' }), order('shop-us', '3', 'B'))
  expect(applied.map(({ state: of }) => of)).toEqual(['unchanged', 'applied'])
  // a third system names it by the old key
  await kit.apply(
    record('pim', 'product', 'x', { sku: 'B', name: 'B', baseUnit: 'EA' }, { identity: { kind: 'master', key: 'sku', identifiers: [] } }),
  )
  const { links, documents, lines } = await state()
  expect(links).toContainEqual({ type: 'product', connection: 'pim', external_key: 'x', key: 'A', linked_by: 'identifier' })
  expect(documents.find(({ type, key }) => type === 'product' && key === 'A')?.body).not.toContain('another name')
  expect(lines.filter((row) => row.includes('"product":"A"'))).toHaveLength(4)
  await kit.apply(stock('B', '9', '2026-11-24T08:00:00.000Z', { location: { ref: ref('location', 'erp', 'EAST') } }))
  expect((await state()).stocks.map(({ location: at, on_hand }) => `${at} ${on_hand / 1e6}`)).toEqual(['EAST 9', 'MAIN 10'])
  await proved()
})

test('two figures for one place are refused, with the reason, and nothing is kept', async () => {
  await kit.apply(...base(), stock('B', '4', '2026-11-23T08:00:00.000Z'))
  const before = await state()
  await expect(mergeKeys('B', 'A')).rejects.toMatchObject({
    detail: { code: 'two-stock-sources' },
    message: expect.stringContaining('MAIN/B of erp and MAIN/A of erp'),
  })
  expect(await state()).toEqual(before)
})

test('merge, then split is the identity, whatever was merged and whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(base().slice(5), { minLength: 0 }), fc.boolean(), async (some, turned) => {
      await kit.database.close()
      kit = await openLedgerKit()
      await kit.apply(...base().slice(0, 5))
      for (const one of some) await kit.apply(one)
      const before = await state()
      const [from, into] = turned ? ['A', 'B'] : ['B', 'A']
      await mergeKeys(from, into)
      await proved()
      await splitKeys(into, from)
      expect(await state()).toEqual(before)
      await proved()
    }),
    { numRuns: 15 },
  )
})

test('a chain of merges is undone one by one', async () => {
  await kit.apply(...base(), product('C', 'C'), order('shop-us', '4', 'C'))
  const first = await state()
  await mergeKeys('B', 'A')
  const second = await state()
  await mergeKeys('A', 'C')
  await proved()
  expect((await state()).lines.filter((row) => row.includes('"product":"C"'))).toHaveLength(4)
  await expect(splitKeys('A', 'B')).rejects.toMatchObject({ detail: { code: 'merged-already' } })
  await splitKeys('C', 'A')
  expect(await state()).toEqual(second)
  await splitKeys('A', 'B')
  expect(await state()).toEqual(first)
})

test('chosen links go to a new key, which begins as a copy without identifiers', async () => {
  await kit.apply(
    ...base(),
    record('shop-us', 'sales-order', '9', {
      ...order('shop-us', '9', 'B').body,
      lines: [saleLine('1', 'B', '1', { product: { ref: ref('product', 'shop-us', '77') } })],
    }),
  )
  await splitKeys('B', 'B-2', [{ connection: 'shop-us', externalKey: '77' }])
  const { documents, links, lines } = await state()
  expect(JSON.parse(documents.find(({ key }) => key === 'B-2')?.body ?? '')).toMatchObject({ sku: 'B-2', name: 'B' })
  expect(documents.find(({ key }) => key === 'B-2')?.body).not.toContain(gtin)
  expect(links.filter(({ key }) => key === 'B-2')).toMatchObject([{ connection: 'shop-us', external_key: '77' }])
  expect(lines.filter((row) => row.includes('"product":"B-2"'))).toHaveLength(1)
  await proved()
  expect(await kinds()).toEqual(['split B', 'split B-2'])
  await expect(splitKeys('B', 'B-3', [{ connection: 'shop-us', externalKey: '77' }])).rejects.toMatchObject({
    detail: { code: 'not-linked' },
  })
  await expect(splitKeys('B', 'B-3')).rejects.toMatchObject({ detail: { code: 'not-merged' } })
})

test('places are merged as articles are; what somebody stated is not', async () => {
  await kit.apply(...base())
  const before = await state()
  await mergeKeys('EAST', 'MAIN', 'location')
  expect((await state()).stocks.map(({ product: of, location: at }) => `${of} ${at}`)).toEqual(['A MAIN', 'B MAIN'])
  await proved()
  await splitKeys('MAIN', 'EAST', undefined, 'location')
  expect(await state()).toEqual(before)
  await expect(mergeKeys('shop-us/1', 'shop-us/2', 'sales-order')).rejects.toMatchObject({ detail: { code: 'not-mergeable' } })
  await expect(mergeKeys('A', 'A')).rejects.toMatchObject({ detail: { code: 'same-key' } })
  await expect(mergeKeys('A', 'NONE')).rejects.toMatchObject({ detail: { code: 'no-document' } })
})

test('shelves that movements fill are added up, and parted again; one that is counted beside them is refused', async () => {
  await kit.apply(...base().slice(0, 5))
  const move = (of: string, to: string, quantity: string) =>
    kit.work((books) =>
      postMovement(
        books,
        {
          key: `hub/${of}-${to}`,
          kind: 'adjust',
          product: of,
          from: ':adjustment',
          to,
          quantity,
          movedAt: '2026-11-23T07:00:00.000Z',
        },
        { author: { actor: 'anna', why: null }, fits: () => undefined },
      ),
    )
  await move('A', 'MAIN', '5')
  await move('B', 'MAIN', '3')
  await proved()
  const before = await state()
  await mergeKeys('B', 'A')
  expect((await state()).stocks.map(({ product: of, location: at, on_hand }) => `${of} ${at} ${on_hand / 1e6}`)).toEqual(['A MAIN 8'])
  await proved()
  await splitKeys('A', 'B')
  expect(await state()).toEqual(before)
  await proved()
  await kit.apply(stock('B', '4', '2026-11-23T08:00:00.000Z'))
  await expect(mergeKeys('B', 'A')).rejects.toMatchObject({ detail: { code: 'two-stock-sources' } })
})
