import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openAccess } from '../../src/connector/open.ts'
import { kitTenant, masterData, openLedgerKit, parcel, parcelLine, ref, sale, saleLine } from '../../src/ledger/ledger-kit.ts'
import { documentNow } from '../../src/ledger/read.ts'
import { resolved } from '../../src/ledger/resolved.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import { compileSchemas, readSchemas } from '../../src/model/schema.ts'
import { packageRoot } from '../../src/package-root.ts'
import { createFaultBoard } from '../../src/simulator/faults.ts'
import { startShop } from '../../src/simulator/woocommerce/shop.ts'
import { completeOrder } from './actions.ts'
import connector from './connector.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A shop with an order of three lamps and a shade that the ledger knows, and the way of a shipment from the ledger into the shop. */
async function openDesk() {
  const shop = await startShop({
    name: 'parcels',
    currency: 'USD',
    pricesIncludeTax: false,
    taxRate: '0',
    zone: 'UTC',
    faults: createFaultBoard(1),
    consumerKey: 'ck_1234',
    consumerSecret: 'cs_1234',
  })
  const kit = await openLedgerKit()
  const access = openAccess({
    name: 'shop-us',
    connector,
    config: { url: shop.url, consumerKey: 'ck_1234', consumerSecret: 'cs_1234', timeZone: 'UTC' },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
    timeoutMs: 5_000,
  })
  closing.push(
    () => access.close(),
    () => kit.database.close(),
    () => shop.close(),
  )
  const lamp = shop.addProduct({ sku: 'A', name: 'Lamp', price: '10.00', stock: 9 })
  const shade = shop.addProduct({ sku: 'B', name: 'Shade', price: '10.00', stock: 9 })
  const id = shop.placeOrder({
    lines: [
      { productId: lamp, quantity: 3 },
      { productId: shade, quantity: 1 },
    ],
    paid: true,
  })
  const file = join(packageRoot, 'mappings/woocommerce/shipment.json')
  const { schemas } = compileSchemas(await readSchemas(join(packageRoot, 'schemas')))
  const { mapping } = compileMapping(readFileSync(file, 'utf8'), { file, schemas })
  if (mapping === undefined) throw new Error('the mapping does not compile')
  const order = ref('sales-order', 'shop-us', String(id))
  await kit.apply(...masterData, sale('shop-us', String(id), [saleLine('1', 'A', '3'), saleLine('2', 'B', '1')]))
  return {
    shop,
    id,
    apply: kit.apply,
    left: (key: string, line: string, sku: string, quantity: string) =>
      kit.apply(
        parcel(key, order, [parcelLine({ number: line }, sku, quantity)], '2026-11-23T12:00:00.000Z', {
          parcels: [{ tracking: `1Z-${key}` }],
        }),
      ),
    async push(key: string) {
      const document = (await documentNow(kit.database.read, kitTenant, 'shipment', `erp/${key}`)) ?? expect.unreachable()
      const made = mapping.push(await resolved(kit.database.read, kitTenant, document), {
        connection: 'shop-us',
        books: 'HARBOUR',
        config: {},
        codes: () => undefined,
        link: () => String(id),
      })
      if (!made.ok) throw new Error(JSON.stringify(made.errors))
      return access.setState(completeOrder, made.value, 'effect')
    },
    shown() {
      const { status, meta_data } = shop.order(id)
      return [status, meta_data.find(({ key }) => key === '_tracking_number')?.value]
    },
  }
}

test('a part of an order brings its tracking number and leaves the order in work; the parcel with the rest completes it', async () => {
  const desk = await openDesk()
  await desk.left('p1', '1', 'A', '3')
  expect(await desk.push('p1')).toMatchObject({ kind: 'delivered' })
  expect(desk.shown()).toEqual(['processing', '1Z-p1'])
  await desk.left('p2', '2', 'B', '1')
  expect(await desk.push('p2')).toMatchObject({ kind: 'delivered' })
  expect(desk.shown()).toEqual(['completed', '1Z-p2'])
})

test('parcels sent in the other order, or again, end in the same status', async () => {
  const desk = await openDesk()
  await desk.left('p1', '1', 'A', '3')
  await desk.left('p2', '2', 'B', '1')
  await desk.push('p2')
  expect(desk.shown()).toEqual(['completed', '1Z-p2'])
  await desk.push('p1')
  expect(desk.shown()).toEqual(['completed', '1Z-p1'])
})

test('a parcel that is sent again does not complete what the shop cancelled', async () => {
  const desk = await openDesk()
  await desk.left('p1', '1', 'A', '3')
  await desk.left('p2', '2', 'B', '1')
  desk.shop.cancelOrder(desk.id)
  await desk.apply(sale('shop-us', String(desk.id), [saleLine('1', 'A', '3'), saleLine('2', 'B', '1')], { status: 'cancelled' }))
  await desk.push('p2')
  expect(desk.shown()).toEqual(['cancelled', '1Z-p2'])
})
