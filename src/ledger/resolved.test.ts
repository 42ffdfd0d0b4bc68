import { afterEach, beforeEach, expect, test } from 'vitest'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, parcel, parcelLine, product, ref, sale, saleLine } from './ledger-kit.ts'
import { documentNow } from './read.ts'
import { resolved, resolvedAll } from './resolved.ts'
import { openShelf } from './shelf.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterEach(() => kit.database.close())

const order = ref('sales-order', 'shop-us', '7')
const left = (key: string, line: string, sku: string, quantity: string, more = {}) =>
  parcel(key, order, [parcelLine({ number: line }, sku, quantity)], '2026-11-23T12:00:00.000Z', more)

async function orderSeenBy(key: string) {
  const document = await documentNow(kit.database.read, kitTenant, 'shipment', key)
  return (document && (await resolved(kit.database.read, kitTenant, document)))?.order
}

test('a parcel sees how far its order has come, and an early one sees what later ones brought', async () => {
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3'), saleLine('2', 'B', '1')]))
  await kit.apply(left('p0', '1', 'A', '3', { status: 'packed' }))
  expect(await orderSeenBy('erp/p0')).toMatchObject({ key: 'shop-us/7', origin: 'shop-us', status: 'open', fulfilment: 'none' })
  await kit.apply(left('p1', '1', 'A', '3'))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ status: 'open', fulfilment: 'part' })
  await kit.apply(left('p2', '2', 'B', '1'))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ status: 'open', fulfilment: 'shipped' })
  expect(await orderSeenBy('erp/p2')).toMatchObject({ status: 'open', fulfilment: 'shipped' })
})

test('the rest of an order that is cancelled leaves nothing open', async () => {
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3')]), left('p1', '1', 'A', '2'))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ fulfilment: 'part' })
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3', { cancelled: '1' })]))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ status: 'open', fulfilment: 'shipped' })
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3', { cancelled: '1' })], { status: 'cancelled' }))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ status: 'cancelled', fulfilment: 'shipped' })
})

test('what is never shipped does not keep an order open', async () => {
  await kit.apply(product('WRAP', 'WRAP', { kind: 'service' }))
  await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '3'), saleLine('2', 'WRAP', '1')]), left('p1', '1', 'A', '2'))
  expect(await orderSeenBy('erp/p1')).toMatchObject({ fulfilment: 'part' })
  await kit.apply(left('p2', '1', 'A', '1'))
  expect(await orderSeenBy('erp/p2')).toMatchObject({ fulfilment: 'shipped' })
})

test('a parcel of an order that is not known says nothing of it, one of another order only of its own', async () => {
  await kit.apply(left('p1', '1', 'A', '3'))
  expect(await orderSeenBy('erp/p1')).toEqual(order)
  const keys = ['21', '22', '23', '24']
  for (const key of keys)
    await kit.apply(
      sale('shop-us', key, [saleLine('1', 'A', '1')]),
      parcel(`p${key}`, ref('sales-order', 'shop-us', key), [parcelLine({ number: '1' }, 'A', '1')], '2026-11-23T12:00:00.000Z'),
    )
  const documents = []
  for (const key of keys)
    documents.push((await documentNow(kit.database.read, kitTenant, 'shipment', `erp/p${key}`)) ?? expect.unreachable())
  const seen = await resolvedAll(openShelf(kit.database.read, kitTenant), documents)
  expect(seen.map((each) => each.order)).toMatchObject(keys.map((key) => ({ key: `shop-us/${key}`, fulfilment: 'shipped' })))
})
