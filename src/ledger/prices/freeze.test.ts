import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dueOrders } from '../../store/order-cost.ts'
import { kitTenant, type LedgerKit, openLedgerKit, product, record, ref, sale } from '../ledger-kit.ts'
import { mend } from '../mend.ts'
import { verify } from '../verify.ts'
import { endAssignment } from './assign.ts'
import { settleDue } from './derive.ts'
import { orderCost } from './order-cost.ts'
import { anna, bert, costsIn, findingsOpen, fits, inTier, line, merchantKit, merchantSale, price, put } from './prices-bed.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await merchantKit(kit)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})
const costs = (key: string) => kit.database.moment((read) => orderCost(read, kitTenant, `shop/${key}`))

describe('an order of a merchant', () => {
  beforeEach(async () => {
    await price(kit, 'gold', 'tier', 'A', [
      ['1', '9.00'],
      ['10', '8.00'],
    ])
    await inTier(kit, 'GOLD', ['gold'])
    await kit.apply(merchantSale('7', [line('1', 'A', '9')]))
  })

  test('freezes price, tier and version, and no later list moves it', async () => {
    expect(await costsIn(kit, '7')).toEqual(['1 81 tier:GOLD gold@1 9.00'])
    await price(kit, 'gold', 'tier', 'A', [['1', '5.00']])
    await kit.apply(merchantSale('7', [line('1', 'A', '9')], { note: 'call first' }))
    expect(await costsIn(kit, '7')).toEqual(['1 81 tier:GOLD gold@1 9.00'])
    await kit.apply(merchantSale('8', [line('1', 'A', '9')]))
    expect(await costsIn(kit, '8')).toEqual(['1 45 tier:GOLD gold@2 5.00'])
    expect(await costs('7')).toEqual({ complete: true, party: 'M-7', totals: { CNY: '81.00' }, waiting: [] })
  })

  test('an edited quantity keeps its price within a step, and crosses steps of the list it was priced by', async () => {
    await price(kit, 'gold', 'tier', 'A', [['1', '1.00']])
    await kit.apply(merchantSale('7', [line('1', 'A', '3')]))
    expect(await costsIn(kit, '7')).toEqual(['1 27 tier:GOLD gold@1 9.00'])
    await kit.apply(merchantSale('7', [line('1', 'A', '12')]))
    expect(await costsIn(kit, '7')).toEqual(['1 96 tier:GOLD gold@1 8.00'])
    await kit.apply(merchantSale('7', [line('1', 'A', '12', { cancelled: '4' })]))
    expect(await costsIn(kit, '7')).toEqual(['1 72 tier:GOLD gold@1 9.00'])
  })

  test('is counted by its product, whatever else happens in the same unit of work', async () => {
    const parcel = record('erp', 'shipment', 'p9', {
      ...{ direction: 'outbound', status: 'shipped', from: { code: 'MAIN' }, order: ref('sales-order', 'shop', '9') },
      ...{ takenAt: '2026-11-23T10:00:00.000Z', shippedAt: '2026-11-23T10:00:00.000Z', parcels: [{ tracking: 'T9' }] },
      lines: [{ orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, quantity: '1', unit: 'XCS' }],
    })
    await kit.apply(merchantSale('9', [line('1', 'A', '1', { unit: 'XCS' })]), parcel)
    expect(await costsIn(kit, '9')).toEqual(['1 96 tier:GOLD gold@1 8.00'])
  })

  test('costs nothing when it is called off, and the same as before when it is opened again', async () => {
    await kit.apply(merchantSale('7', [line('1', 'A', '9')], { status: 'cancelled' }))
    expect((await costs('7'))?.totals).toEqual({ CNY: '0.00' })
    await price(kit, 'gold', 'tier', 'A', [['1', '1.00']])
    await kit.apply(merchantSale('7', [line('1', 'A', '9')]))
    expect((await costs('7'))?.totals).toEqual({ CNY: '81.00' })
  })

  test('a line that is new, or of another product, is priced by what holds then', async () => {
    await price(kit, 'gold', 'tier', 'A', [['1', '1.00']])
    await price(kit, 'gold', 'tier', 'B', [['1', '2.00']])
    await kit.apply(merchantSale('7', [line('1', 'B', '9'), line('2', 'A', '1')]))
    expect(await costsIn(kit, '7')).toEqual(['1 18 tier:GOLD gold@1 2.00', '2 1 tier:GOLD gold@2 1.00'])
  })

  test('goes by the time it was placed', async () => {
    const { key } = await inTier(kit, 'SILVER', ['silver'], { from: '2026-11-23' })
    await price(kit, 'silver', 'tier', 'A', [['1', '7.00']])
    await kit.apply(merchantSale('old', [line('1', 'A', '1')], { placedAt: '2026-11-22T23:59:59.999Z' }))
    await kit.apply(merchantSale('new', [line('1', 'A', '1')], { placedAt: '2026-11-23T00:00:00.000Z' }))
    expect([...(await costsIn(kit, 'old')), ...(await costsIn(kit, 'new'))]).toEqual([
      '1 9 tier:GOLD gold@1 9.00',
      '1 7 tier:SILVER silver@1 7.00',
    ])
    await kit.work((books) => endAssignment(books, { key, on: '2026-11-23', author: anna }, fits))
    await kit.apply(merchantSale('late', [line('1', 'A', '1')], { placedAt: '2026-11-24T00:00:00.000Z' }))
    expect(await costsIn(kit, 'late')).toEqual(['1 9 tier:GOLD gold@1 9.00'])
  })

  test('is told once, with its figures', async () => {
    await kit.apply(merchantSale('7', [line('1', 'A', '12')]))
    const told = await kit.database.read.selectFrom('journal').selectAll().where('kind', '=', 'order-costed').orderBy('id').execute()
    expect(told.map(({ key, detail }) => [key, JSON.parse(detail ?? '{}')])).toMatchObject([
      ['shop/7', { before: { totals: {} }, after: { totals: { CNY: '81.00' } } }],
      ['shop/7', { before: { totals: { CNY: '81.00' } }, after: { totals: { CNY: '96.00' } }, lines: [{ line: '1', price: '8.00' }] }],
    ])
  })

  test('verify names every damaged figure of it, and repair brings it back as it was decided', { timeout: 20_000 }, async () => {
    await price(kit, 'gold', 'tier', 'A', [['1', '5.00']])
    const before = await costsIn(kit, '7')
    const all = {
      list: 'x',
      price: '1.00',
      amount: 1,
      quantity: 1,
      version: 7,
      tier: 'x',
      party: 'M-9',
      product: 'B',
      currency: 'USD',
      entry: 'x',
      unit: 'XCS',
    }
    for (const [column, value] of Object.entries(all)) {
      await kit.database.write((tx) =>
        tx
          .updateTable('order_cost')
          .set({ [column]: value })
          .execute(),
      )
      const { differences } = await verify(kit.database, kitTenant)
      expect(
        differences.map(({ table, key }) => `${table} ${key}`),
        column,
      ).toEqual(['order_cost shop/7 1'])
      await kit.work((books) => mend(books, differences))
      expect(await costsIn(kit, '7'), column).toEqual(before)
    }
  })
})

test('a contract goes before a tier, that before the base list, line by line', async () => {
  await price(kit, 'standard', 'base', 'A', [['1', '10.00']])
  await price(kit, 'standard', 'base', 'B', [['1', '20.00']])
  await kit.apply(merchantSale('1', [line('1', 'A', '2')]))
  await price(kit, 'gold', 'tier', 'A', [['1', '9.00']])
  await inTier(kit, 'GOLD', ['gold'])
  await kit.apply(merchantSale('2', [line('1', 'A', '2'), line('2', 'B', '1')]))
  await price(kit, 'deal', 'contract', 'A', [['1', '6.00']])
  const terms = {
    number: 'C-1',
    kind: 'merchant',
    party: { type: 'party', key: 'M-7' },
    priceLists: ['deal'],
    signedAt: '2026-01-01T00:00:00.000Z',
  }
  await kit.apply(record('crm', 'contract', 'C-1', { ...terms, status: 'active' }))
  await kit.apply(merchantSale('3', [line('1', 'A', '2'), line('2', 'B', '1')]))
  expect([...(await costsIn(kit, '1')), ...(await costsIn(kit, '2')), ...(await costsIn(kit, '3'))]).toEqual([
    '1 20 base standard@1 10.00',
    '1 18 tier:GOLD gold@1 9.00',
    '2 20 base standard@1 20.00',
    '1 12 contract deal@1 6.00',
    '2 20 base standard@1 20.00',
  ])
})

describe('a line without a price', () => {
  beforeEach(() => inTier(kit, 'GOLD', ['gold']))

  test('waits with a finding, and is settled by the price', async () => {
    await kit.apply(merchantSale('7', [line('1', 'A', '2'), line('2', 'B', '1')]))
    expect(await findingsOpen(kit)).toEqual(['shop/7/lines/0 no-price', 'shop/7/lines/1 no-price'])
    await price(kit, 'gold', 'tier', 'A', [['1', '9.00']])
    expect(await findingsOpen(kit)).toEqual(['shop/7/lines/1 no-price'])
    expect(await costs('7')).toMatchObject({ complete: false, totals: { CNY: '18.00' }, waiting: [{ line: '2', why: 'no-price' }] })
    await price(kit, 'standard', 'base', 'B', [['1', '4.00']])
    expect(await findingsOpen(kit)).toEqual([])
    expect(await costs('7')).toMatchObject({ complete: true, totals: { CNY: '22.00' } })
  })

  test('is settled by a list that its tier gets, and by a product that becomes known', async () => {
    await price(kit, 'more', 'tier', 'A', [['1', '9.00']])
    await price(kit, 'gold', 'tier', 'B', [['1', '3.00']])
    await kit.apply(merchantSale('7', [line('1', 'A', '2'), line('2', 'C', '1')]))
    expect(await findingsOpen(kit)).toEqual(['shop/7/lines/0 no-price', 'shop/7/lines/1 unknown-product'])
    await put(kit, 'tier', 'hub/GOLD', { number: 'GOLD', name: 'Gold', level: 1, status: 'active', priceLists: ['gold', 'more'] })
    await kit.apply(product('C', 'C'))
    expect(await findingsOpen(kit)).toEqual(['shop/7/lines/1 no-price'])
    await price(kit, 'gold', 'tier', 'C', [['1', '1.00']])
    expect(await costsIn(kit, '7')).toEqual(['1 18 tier:GOLD more@1 9.00', '2 1 tier:GOLD gold@1 1.00'])
  })

  test('of many, some are settled at once and the others by the next looks', async () => {
    const orders = Array.from({ length: 60 }, (_, index) => merchantSale(`o${index + 10}`, [line('1', 'A', '1')]))
    await kit.apply(...orders)
    await price(kit, 'gold', 'tier', 'A', [['1', '9.00']])
    expect(await findingsOpen(kit)).toHaveLength(10)
    expect(await dueOrders(kit.database.read, kitTenant, 100)).toHaveLength(10)
    expect((await kit.work((books) => settleDue(books, 100))).result).toBe(true)
    expect((await kit.work((books) => settleDue(books, 100))).result).toBe(false)
    expect(await findingsOpen(kit)).toEqual([])
  })

  test('has no finding any more when it is called off', async () => {
    await kit.apply(merchantSale('7', [line('1', 'A', '2')]))
    await kit.apply(merchantSale('7', [line('1', 'A', '2')], { status: 'cancelled' }))
    expect([await findingsOpen(kit), await costsIn(kit, '7')]).toEqual([[], []])
  })
})

test('who is no merchant, a merchant whose costs nobody decides, drafts and history cost nothing', async () => {
  await kit.apply(merchantSale('1', [line('1', 'A', '1')]))
  await price(kit, 'standard', 'base', 'A', [['1', '10.00']])
  await kit.apply(
    merchantSale('2', [line('1', 'A', '1')], {}, 'M-8'),
    merchantSale('3', [line('1', 'A', '1')], { status: 'draft' }),
    sale('shop', '4', [line('1', 'A', '1')]),
    { ...merchantSale('5', [line('1', 'A', '1')]), baseline: true },
  )
  for (const key of ['1', '2', '3', '4', '5']) expect([key, await costs(key)]).toEqual([key, undefined])
  await kit.apply(merchantSale('3', [line('1', 'A', '1')]))
  expect(await costsIn(kit, '3')).toEqual(['1 10 base standard@1 10.00'])
  expect(await findingsOpen(kit)).toEqual([])
})

test('parts of a bundle cost nothing beside it', async () => {
  await price(kit, 'standard', 'base', 'A', [['1', '10.00']])
  await kit.apply(merchantSale('1', [line('1', 'A', '1'), line('2', 'B', '3', { bundleOf: '1' })]))
  expect(await costsIn(kit, '1')).toEqual(['1 10 base standard@1 10.00'])
})

test('is in the currency the merchant is billed in, else in that of the order', async () => {
  await price(kit, 'standard', 'base', 'A', [['1', '10.00']])
  await put(kit, 'price-list', 'hub/standard/A/USD', {
    list: 'standard',
    kind: 'base',
    product: { ref: ref('product', 'erp', 'A') },
    currency: 'USD',
    taxBasis: 'none',
    steps: [{ price: '1.50' }],
  })
  await kit.apply(record('crm', 'party', 'M-9', { number: 'M-9', name: 'Rugs', roles: ['merchant'] }))
  await kit.apply(merchantSale('1', [line('1', 'A', '1')]), merchantSale('2', [line('1', 'A', '1')], {}, 'crm/M-9'))
  expect([await costsIn(kit, '1'), await costsIn(kit, '2')]).toEqual([['1 10 base standard@1 10.00'], ['1 1.5 base standard@1 1.50']])
})

test.each([['anna'], ['bert']])('%s: nobody approves the tier they gave', async (actor) => {
  const author = actor === 'anna' ? anna : bert
  await put(kit, 'tier', 'hub/T', { number: 'T', name: 'T', level: 3, status: 'active' })
  expect(author.actor).toBe(actor)
})
