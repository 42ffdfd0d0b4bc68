import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { testServer } from '../testing/test-store.ts'
import { authorDocument } from './author.ts'
import { figures } from './figures.ts'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  payment,
  record,
  ref,
  sale,
  saleLine,
} from './ledger-kit.ts'
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

const order = (key: string) => ref('sales-order', 'shop-us', key)
const part = (key: string, whole: string, quantity: string, more: JsonObject = {}) =>
  sale('shop-us', key, [saleLine('1', 'A', quantity)], { splitFrom: order(whole), ...more })
const states = async () =>
  Object.fromEntries(
    (await kit.database.read.selectFrom('order_state').select(['key', 'status']).orderBy('key').execute()).map(({ key, status }) => [
      key,
      status,
    ]),
  )
const lines = async () =>
  (await kit.database.read.selectFrom('order_line').selectAll().orderBy('key').execute()).map(
    ({ key, quantity, open }) => `${key} ${fromScaled(BigInt(quantity), quantityScale)} ${fromScaled(BigInt(open), quantityScale)}`,
  )
const findings = async () =>
  (await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('key').execute()).map(
    ({ code, key }) => `${code} ${key}`,
  )
const sums = async () => {
  const { sold, sales } = await figures(kit.database.read, kitTenant)
  return { quantity: sold.quantity, placed: sales.map(({ origin, placed, orders }) => `${origin} ${orders} ${placed}`) }
}

describe('an order that was split', () => {
  test.each([
    ['before its parts', [0, 1, 2]],
    ['after its parts', [1, 2, 0]],
    ['between them', [1, 0, 2]],
  ])('counts by its parts, told %s', async (_, order) => {
    const told = [sale('shop-us', '7', [saleLine('1', 'A', '10')]), part('7a', '7', '6'), part('7b', '7', '4')]
    for (const at of order) await kit.apply(...told.slice(at, at + 1))
    expect(await states()).toEqual({ 'shop-us/7': 'split', 'shop-us/7a': 'open', 'shop-us/7b': 'open' })
    expect(await lines()).toEqual(['shop-us/7a 6 6', 'shop-us/7b 4 4'])
    expect(await sums()).toEqual({ quantity: '10', placed: ['shop-us 2 100.00'] })
  })

  test('counts by itself again when its parts are deleted, and the money that was paid for it stays where it was paid', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '10')]), part('7a', '7', '10'), payment('shop-us', '7', '100.00'))
    const { sales } = await figures(kit.database.read, kitTenant)
    expect(sales).toMatchObject([{ placed: '100.00', paid: '100.00', orders: 1 }])
    await kit.apply(record('shop-us', 'sales-order', '7a', null, { op: 'delete' }))
    expect(await states()).toEqual({ 'shop-us/7': 'open', 'shop-us/7a': 'deleted' })
    expect((await lines())[0]).toBe('shop-us/7 10 10')
  })

  test('is a finding for a parcel that names it and not its part', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '10')]), part('7a', '7', '10'))
    await kit.apply(parcel('p1', order('7'), [parcelLine({ key: '1' }, 'A', '10')], '2026-11-23T10:00:00.000Z'))
    expect(await findings()).toEqual(['unmatched-line erp/p1'])
  })

  test('a part of the hub itself takes from the shelf of the shop that sold it', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '10')]))
    await kit.work((books) =>
      authorDocument(
        books,
        { type: 'sales-order', key: 'hub/7a', body: part('x', '7', '6').body as JsonObject, author: { actor: 'k', why: 'two warehouses' } },
        () => undefined,
      ),
    )
    const sold = await kit.database.read.selectFrom('sold').selectAll().execute()
    expect(sold.map(({ connection, quantity }) => [connection, Number(quantity)])).toEqual([['shop-us', 6_000_000]])
  })
})

describe('orders that were merged', () => {
  test('count by the one they were merged into, whichever of the two says so, and once it is there', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '3')], { mergedInto: order('9') }),
      sale('shop-us', '8', [saleLine('1', 'A', '2')]),
    )
    expect(await states()).toEqual({ 'shop-us/7': 'open', 'shop-us/8': 'open' })
    await kit.apply(sale('shop-us', '9', [saleLine('1', 'A', '5')], { mergedFrom: [order('8')] }))
    expect(await states()).toEqual({ 'shop-us/7': 'merged', 'shop-us/8': 'merged', 'shop-us/9': 'open' })
    expect(await sums()).toEqual({ quantity: '5', placed: ['shop-us 1 50.00'] })
  })

  test('a part that was merged back leaves its whole to count by itself', async () => {
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '10')]), part('7a', '7', '10', { mergedInto: order('7') }))
    expect(await states()).toEqual({ 'shop-us/7': 'open', 'shop-us/7a': 'merged' })
  })

  test('in a circle each counts by itself, with a finding, until the circle is broken', async () => {
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '3')], { mergedInto: order('8') }),
      sale('shop-us', '8', [saleLine('1', 'A', '2')], { mergedInto: order('9') }),
    )
    await kit.apply(sale('shop-us', '9', [saleLine('1', 'A', '5')], { mergedInto: order('7') }))
    expect(await findings()).toEqual(['link-circle shop-us/7', 'link-circle shop-us/8', 'link-circle shop-us/9'])
    expect((await sums()).quantity).toBe('10')
    await kit.apply(sale('shop-us', '9', [saleLine('1', 'A', '5')]))
    expect(await findings()).toEqual([])
    expect(await states()).toEqual({ 'shop-us/7': 'merged', 'shop-us/8': 'merged', 'shop-us/9': 'open' })
  })
})

describe('links that nobody may believe', () => {
  const ring = (length: number) =>
    Array.from({ length }, (_, place) =>
      sale('shop-us', `r${place}`, [saleLine('1', 'A', '1')], { mergedInto: order(`r${(place + 1) % length}`) }),
    )

  test.each([9, 12, 30])('a circle of %d is one, however it is told', async (length) => {
    await kit.apply(...ring(length).slice(1))
    await kit.apply(...ring(length).slice(0, 1))
    expect((await findings()).filter((one) => one.startsWith('link-circle'))).toHaveLength(length)
    expect((await sums()).quantity).toBe(String(length))
  })

  test('what an order says of another merchant is not believed: both count, with a finding, until it is the same merchant', async () => {
    const of = (key: string, merchant: string, more: JsonObject = {}) =>
      sale('shop-us', key, [saleLine('1', 'A', '3')], { seller: { ref: { type: 'party', key: merchant } }, ...more })
    await kit.apply(of('7', 'M1'), of('8', 'M2', { mergedFrom: [order('7')] }), of('9', 'M2', { splitFrom: order('7') }))
    expect(await states()).toEqual({ 'shop-us/7': 'open', 'shop-us/8': 'open', 'shop-us/9': 'open' })
    expect(await findings()).toEqual(['foreign-link shop-us/7', 'foreign-link shop-us/8', 'foreign-link shop-us/9'])
    await kit.apply(of('7', 'M2'))
    expect(await findings()).toEqual([])
    expect(await states()).toEqual({ 'shop-us/7': 'merged', 'shop-us/8': 'open', 'shop-us/9': 'open' })
  })
})

/** Four orders that say of each other whatever they like, in several versions. */
const names = ['1', '2', '3', '4'] as const
const said = fc.record({
  key: fc.constantFrom(...names),
  status: fc.constantFrom('draft', 'open', 'cancelled'),
  splitFrom: fc.option(fc.constantFrom(...names), { nil: undefined }),
  mergedInto: fc.option(fc.constantFrom(...names), { nil: undefined }),
  mergedFrom: fc.option(fc.constantFrom(...names), { nil: undefined }),
  gone: fc.boolean(),
})

test('whatever orders say of each other, nothing counts twice and every derived row is what the documents say', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 3 }), async (steps, size) => {
      const one = await openLedgerKit()
      await one.apply(...masterData)
      const records = steps.map(({ key, status, splitFrom, mergedInto, mergedFrom, gone }) =>
        gone
          ? record('shop-us', 'sales-order', key, null, { op: 'delete' })
          : sale('shop-us', key, [saleLine('1', 'A', key)], {
              status,
              ...(splitFrom === undefined ? {} : { splitFrom: order(splitFrom) }),
              ...(mergedInto === undefined ? {} : { mergedInto: order(mergedInto) }),
              ...(mergedFrom === undefined ? {} : { mergedFrom: [order(mergedFrom)] }),
            }),
      )
      for (let at = 0; at < records.length; at += size) await one.apply(...records.slice(at, at + size))
      expect((await verify(one.database, kitTenant)).differences).toEqual([])
      await one.database.close()
    }),
    { numRuns: testServer() === undefined ? 80 : 30, verbose: fc.VerbosityLevel.None },
  )
})
