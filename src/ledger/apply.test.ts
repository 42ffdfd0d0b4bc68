import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../connector/types.ts'
import { isHubError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import {
  kitTenant,
  type LedgerKit,
  location,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  product,
  record,
  ref,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { addLines, addLink, recognise } from './links.ts'
import { documentNow, history } from './read.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
})
afterEach(() => kit.database.close())

const now = (type: string, key: string) => documentNow(kit.database.read, kitTenant, type, key)
const openCodes = async () =>
  (await kit.database.read.selectFrom('finding').select(['type', 'key', 'code']).where('state', '=', 'open').execute()).map(
    ({ type, key, code }) => `${code} ${type} ${key}`,
  )

const mirror = (foreign: 'park' | 'ignore'): Identity => ({
  kind: 'mirror',
  identifiers: [
    { scheme: 'sku', path: 'sku' },
    { scheme: 'gtin', path: 'gtins' },
  ],
  foreign,
})
const shopProduct = (key: string, body: { sku?: string; gtins?: string[] }, foreign: 'park' | 'ignore' = 'park') =>
  record('shop-us', 'product', key, { name: 'Lamp', baseUnit: 'EA', ...body }, { identity: mirror(foreign) })

describe('identity', () => {
  test('an origin makes <connection>/<external key> and keeps it by its link', async () => {
    const first = await kit.apply(sale('shop-us', '7', []))
    expect(first.applied).toEqual([{ state: 'applied', key: 'shop-us/7' }])
    expect(first.finished.links).toEqual([{ type: 'sales-order', connection: 'shop-us', externalKey: '7', key: 'shop-us/7' }])
    const again = await kit.apply(sale('shop-us', '7', [], { status: 'closed' }))
    expect(again.applied).toEqual([{ state: 'applied', key: 'shop-us/7' }])
    expect(again.finished.links).toEqual([])
    expect((await now('sales-order', 'shop-us/7'))?.version).toBe(2)
  })

  test('master data takes the key of its own number; a mirror is linked by identifier and writes nothing', async () => {
    await kit.apply(product('1', 'LAMP-RED', { gtins: ['4006381333931'] }))
    const { applied } = await kit.apply(shopProduct('55', { sku: 'LAMP-RED' }), shopProduct('56', { gtins: ['04006381333931'] }))
    expect(applied).toEqual([
      { state: 'applied', key: 'LAMP-RED' },
      { state: 'applied', key: 'LAMP-RED' },
    ])
    const lamp = await now('product', 'LAMP-RED')
    expect([lamp?.version, lamp?.body.name, lamp?.origin]).toEqual([1, 'LAMP-RED', 'erp'])
    expect((await kit.apply(shopProduct('55', { sku: 'renamed' }))).applied).toEqual([{ state: 'unchanged', key: 'LAMP-RED' }])
  })

  test.each([
    ['park', { state: 'parked', reason: 'unidentified', waitsFor: 'external:product/shop-us/9' }],
    ['ignore', { state: 'ignored', reason: 'filtered' }],
  ] as const)('a mirror that nothing names: %s', async (foreign, expected) => {
    expect((await kit.apply(shopProduct('9', { sku: 'nobody' }, foreign))).applied).toEqual([expected])
  })

  test('contradicting identifiers go to a person, whose link closes the finding', async () => {
    await kit.apply(product('1', 'RED', { gtins: ['4006381333931'] }), product('2', 'BLUE'))
    const { applied } = await kit.apply(shopProduct('9', { sku: 'BLUE', gtins: ['4006381333931'] }))
    expect(applied).toEqual([{ state: 'parked', reason: 'unidentified', waitsFor: 'external:product/shop-us/9' }])
    expect(await openCodes()).toEqual(['identity-conflict product shop-us/9'])
    const { finished } = await kit.work((books) =>
      addLink(books, { type: 'product', connection: 'shop-us', externalKey: '9', key: 'BLUE', linkedBy: 'person' }),
    )
    expect(finished.links).toHaveLength(1)
    expect(await openCodes()).toEqual([])
    expect((await kit.apply(shopProduct('9', { sku: 'BLUE', gtins: ['4006381333931'] }))).applied).toEqual([
      { state: 'unchanged', key: 'BLUE' },
    ])
  })

  test('a GTIN whose check digit is wrong is kept as a barcode and told, and links nothing', async () => {
    const typo = '4006381333930'
    await kit.apply(product('1', 'RED', { gtins: [typo] }))
    expect((await now('product', 'RED'))?.body).toMatchObject({ gtins: [], barcode: typo })
    const finding = await kit.database.read.selectFrom('finding').selectAll().executeTakeFirstOrThrow()
    expect(finding).toMatchObject({ type: 'product', key: 'RED', code: 'identifier-invalid', path: '/barcode', state: 'open' })
    expect(JSON.parse(finding.detail)).toEqual({ scheme: 'gtin', found: typo })
    const { applied } = await kit.apply(product('2', 'BLUE', { gtins: [typo] }), shopProduct('9', { gtins: [typo] }))
    expect(applied).toEqual([
      { state: 'applied', key: 'BLUE' },
      { state: 'parked', reason: 'unidentified', waitsFor: 'external:product/shop-us/9' },
    ])
    const open = ['BLUE', 'RED', 'shop-us/9'].map((key) => `identifier-invalid product ${key}`)
    expect((await openCodes()).sort()).toEqual(open)
    await kit.apply(product('1', 'RED', { gtins: ['4006381333931'] }))
    expect((await openCodes()).sort()).toEqual(open.filter((code) => !code.endsWith('RED')))
    expect((await kit.apply(shopProduct('9', { gtins: ['4006381333931'] }))).applied).toEqual([{ state: 'applied', key: 'RED' }])
    expect(await openCodes()).toEqual(['identifier-invalid product BLUE'])
  })

  test('an order with a wrong GTIN and a wrong GLN is kept as it is, and told', async () => {
    const line = saleLine('1', 'RED', '1')
    const item = { ...(line.product as JsonObject), gtin: '4006381333930' }
    await kit.apply(sale('shop-us', '7', [{ ...line, product: item }], { seller: { name: 'us', gln: '6901234000008' } }))
    expect((await now('sales-order', 'shop-us/7'))?.body).toMatchObject({ lines: [{ product: { gtin: '4006381333930' } }] })
    const rows = await kit.database.read
      .selectFrom('finding')
      .select('path')
      .where('code', '=', 'identifier-invalid')
      .orderBy('path')
      .execute()
    expect(rows).toEqual([{ path: '/lines/0/product/gtin' }, { path: '/seller/gln' }])
  })

  test('two records of the master that claim one number do not overwrite each other', async () => {
    await kit.apply(product('1', 'RED'))
    const { applied } = await kit.apply(product('2', 'RED', { name: 'another' }))
    expect(applied[0]?.state).toBe('parked')
    expect((await now('product', 'RED'))?.body.name).toBe('RED')
    expect(await openCodes()).toEqual(['identity-conflict product erp/2'])
  })

  test('a renamed number stays the same product', async () => {
    await kit.apply(product('1', 'OLD'))
    expect((await kit.apply(product('1', 'NEW'))).applied).toEqual([{ state: 'applied', key: 'OLD' }])
    expect((await kit.apply(shopProduct('5', { sku: 'NEW' }))).applied).toEqual([{ state: 'applied', key: 'OLD' }])
  })

  test('stock waits for the link its key is made of, and has a key of location and product', async () => {
    await kit.apply(location('MAIN', 'MAIN'))
    expect((await kit.apply(stock('A', '5', '2026-11-23T08:00:00.000Z'))).applied).toEqual([
      { state: 'parked', reason: 'missing-link', waitsFor: 'external:product/erp/A' },
    ])
    await kit.apply(product('A', 'LAMP'))
    expect((await kit.apply(stock('A', '5', '2026-11-23T08:00:00.000Z'))).applied).toEqual([{ state: 'applied', key: 'MAIN/LAMP' }])
  })

  test('a code part links and makes no document', async () => {
    const unit = { ...record('erp', 'unit', '33', { code: 'XCS' }), part: { link: 'unit', code: 'symbol' } }
    expect((await kit.apply(unit)).applied).toEqual([{ state: 'applied', key: 'XCS' }])
    expect((await kit.apply(unit)).applied).toEqual([{ state: 'unchanged', key: 'XCS' }])
    expect(await now('unit', 'XCS')).toBeUndefined()
  })

  test('a key is given once', async () => {
    await kit.apply(product('1', 'RED'), product('2', 'BLUE'))
    const link = (key: string) =>
      kit.work((books) => addLink(books, { type: 'product', connection: 'shop-us', externalKey: '9', key, linkedBy: 'person' }))
    await link('RED')
    await link('RED')
    const error: unknown = await link('BLUE').catch((thrown: unknown) => thrown)
    expect(isHubError(error) && error.detail).toMatchObject({ code: 'link-conflict', recovery: 'reject' })
    expect(isHubError(error) && error.message).toMatch(/RED.*BLUE/)
  })
})

describe('our document met at a partner', () => {
  const met = (value: string, connection = 'erp') => ({
    connection,
    stream: 'sales',
    externalKey: '41',
    hubRef: { document: 'sales-order', value },
    lines: [{ externalKey: '900', number: '1' }],
    version: '3',
  })

  test.each(['shop-us/7', '7'])('is recognised by %s, with its lines', async (value) => {
    await kit.apply(...masterData, sale('shop-us', '7', [saleLine('1', 'A', '3')]))
    const { result, finished } = await kit.work((books) => recognise(books, met(value)))
    expect(result).toMatchObject({ type: 'sales-order', key: 'shop-us/7' })
    expect(finished.links).toEqual([{ type: 'sales-order', connection: 'erp', externalKey: '41', key: 'shop-us/7' }])
    await kit.apply(
      parcel('p1', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '900' }, 'A', '2')], '2026-11-23T12:00:00.000Z'),
    )
    expect(await kit.database.read.selectFrom('order_line').select(['line', 'shipped', 'open']).execute()).toEqual([
      { line: '1', shipped: 2_000_000, open: 1_000_000 },
    ])
  })

  test('is not guessed from a number two documents have', async () => {
    await kit.apply(sale('shop-us', '7', []), sale('shop-eu', '7', []))
    expect((await kit.work((books) => recognise(books, met('7')))).result).toBeUndefined()
  })

  test('is told by our key alone, where numbers of others stand in the same place', async () => {
    await kit.apply(sale('shop-us', '7', []))
    const byKey = (value: string) => ({ ...met(value), hubRef: { document: 'sales-order', value, by: 'key' as const } })
    expect((await kit.work((books) => recognise(books, byKey('7')))).result).toBeUndefined()
    expect((await kit.work((books) => recognise(books, byKey('shop-us/7')))).result).toMatchObject({ key: 'shop-us/7' })
  })

  test("is not the connection's own document", async () => {
    await kit.apply(sale('shop-us', '7', []))
    expect((await kit.work((books) => recognise(books, met('7', 'shop-us')))).result).toBeUndefined()
    expect((await kit.work((books) => recognise(books, met('shop-us/7', 'shop-us')))).result).toBeUndefined()
  })

  test('its link resolves what waited for it, and the documents that waited are named', async () => {
    await kit.apply(...masterData, sale('shop-us', '7', [saleLine('1', 'A', '3')]))
    await kit.apply(
      parcel('p1', ref('sales-order', 'erp', '41'), [parcelLine({ externalKey: '900' }, 'A', '2')], '2026-11-23T12:00:00.000Z'),
    )
    const { finished } = await kit.work(async (books) => {
      await addLink(books, {
        type: 'sales-order',
        connection: 'erp',
        externalKey: '41',
        key: 'shop-us/7',
        linkedBy: 'delivery',
        version: '1',
      })
      await addLines(books, { type: 'sales-order', connection: 'erp', key: 'shop-us/7', lines: [{ externalKey: '900', number: '1' }] })
    })
    expect(finished.changes.map(({ type, key, version }) => `${type} ${key} ${version}`)).toEqual(['shipment erp/p1 1'])
    expect(await kit.database.read.selectFrom('order_line').select(['shipped', 'open']).execute()).toEqual([
      { shipped: 2_000_000, open: 1_000_000 },
    ])
  })
})

describe('versions', () => {
  test('equal content makes no version; what moves without a change is kept fresh', async () => {
    await kit.apply(sale('shop-us', '7', [], { sourceUpdatedAt: '2026-11-23T09:00:00.000Z' }))
    expect((await kit.apply(sale('shop-us', '7', [], { sourceUpdatedAt: '2026-11-23T09:00:00.000Z' }))).applied).toEqual([
      { state: 'unchanged', key: 'shop-us/7' },
    ])
    const { applied, finished } = await kit.apply(sale('shop-us', '7', [], { sourceUpdatedAt: '2026-11-23T10:00:00.000Z' }))
    expect([applied, finished.changes]).toEqual([[{ state: 'unchanged', key: 'shop-us/7' }], []])
    const order = await now('sales-order', 'shop-us/7')
    expect([order?.version, order?.body.sourceUpdatedAt]).toEqual([1, '2026-11-23T10:00:00.000Z'])
    expect(await history(kit.database.read, kitTenant, 'sales-order', 'shop-us/7')).toHaveLength(1)
  })

  test('replace: what is left out is absent; lines that vanish stay, cancelled', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3'), saleLine('2', 'B', '1')], { note: 'ring twice' }))
    await kit.apply(sale('shop-us', '7', [saleLine('2', 'B', '1')]))
    const order = await now('sales-order', 'shop-us/7')
    expect(order?.body.note).toBeUndefined()
    expect(order?.body.lines).toMatchObject([{ key: '2' }, { key: '1', quantity: '3', cancelled: '3' }])
    expect(await openCodes()).toEqual([])
  })

  test('merge: only present fields change, null clears, inside objects too', async () => {
    const party = (body: Parameters<typeof record>[3]) => record('erp', 'party', '1', body, { mode: 'merge' })
    await kit.apply(party({ name: 'Ningbo', roles: ['supplier'], phone: '1', paymentTerms: { days: 30, text: 'net' } }))
    await kit.apply(party({ phone: null, paymentTerms: { days: 60 } }))
    expect((await now('party', 'erp/1'))?.body).toEqual({ name: 'Ningbo', roles: ['supplier'], paymentTerms: { days: 60, text: 'net' } })
  })

  test('delete is a version that routes see as cancel; a later record revives', async () => {
    await kit.apply(sale('shop-us', '7', []))
    const { applied, finished } = await kit.apply(record('shop-us', 'sales-order', '7', null, { op: 'delete' }))
    expect(applied).toEqual([{ state: 'applied', key: 'shop-us/7' }])
    expect(finished.changes).toMatchObject([{ key: 'shop-us/7', version: 2, operation: 'cancel' }])
    expect((await now('sales-order', 'shop-us/7'))?.deleted).toBe(true)
    await kit.apply(sale('shop-us', '7', []))
    const revived = await now('sales-order', 'shop-us/7')
    expect([revived?.deleted, revived?.version]).toEqual([false, 3])
    expect((await kit.apply(record('shop-us', 'sales-order', '8', null, { op: 'delete' }))).applied).toEqual([
      { state: 'ignored', reason: 'filtered' },
    ])
  })

  test('an older stock snapshot is stale, an absent member counts zero', async () => {
    await kit.apply(...masterData, stock('A', '5', '2026-11-23T09:00:00.000Z'))
    expect((await kit.apply(stock('A', '9', '2026-11-23T08:59:59.000Z'))).applied).toEqual([{ state: 'stale', key: 'MAIN/A' }])
    await kit.apply(
      record('erp', 'stock-level', 'A', null, {
        op: 'delete',
        mode: 'snapshot',
        identity: { kind: 'stock' },
        asOf: '2026-11-23T10:00:00.000Z',
      }),
    )
    expect(await kit.database.read.selectFrom('stock').select(['on_hand', 'as_of']).execute()).toEqual([
      { on_hand: 0, as_of: Date.parse('2026-11-23T10:00:00.000Z') },
    ])
  })

  test('only the origin writes; the status it takes may surprise', async () => {
    await kit.apply(sale('shop-us', '7', [], { status: 'closed' }))
    await kit.work((books) =>
      addLink(books, { type: 'sales-order', connection: 'erp', externalKey: '41', key: 'shop-us/7', linkedBy: 'delivery' }),
    )
    expect((await kit.apply(sale('erp', '41', [], { status: 'cancelled' }))).applied).toEqual([{ state: 'unchanged', key: 'shop-us/7' }])
    expect((await now('sales-order', 'shop-us/7'))?.status).toBe('closed')
    await kit.apply(sale('shop-us', '7', [], { status: 'draft' }))
    expect(await openCodes()).toEqual(['unexpected-transition sales-order shop-us/7'])
    await kit.apply(sale('shop-us', '7', [], { status: 'closed' }))
    expect(await openCodes()).toEqual([])
  })

  test('a document born in a baseline load stays one', async () => {
    const { part, ...rest } = sale('shop-us', '7', [])
    const { finished } = await kit.apply({ ...rest, part, baseline: true })
    expect(finished.changes).toMatchObject([{ baseline: true, placedAt: Date.parse('2026-11-23T09:00:00.000Z') }])
    expect((await kit.apply(sale('shop-us', '7', [], { status: 'closed' }))).finished.changes).toMatchObject([{ baseline: true }])
  })

  test('a total that does not foot is a finding until it does', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3')], { totals: { linesTotal: '30.00', grandTotal: '31.00' } }))
    expect(await openCodes()).toEqual(['does-not-foot sales-order shop-us/7'])
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3')]))
    expect(await openCodes()).toEqual([])
  })

  test('what foots at the end of one unit of work was never a finding', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '3')], { totals: { linesTotal: '30.00', grandTotal: '31.00' } }),
      sale('shop-us', '7', [saleLine('1', 'A', '3')]),
    )
    expect(await openCodes()).toEqual([])
  })
})
