import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWorkspace } from '../../src/workspace.ts'
import { secret } from './contender.ts'
import { shopOrder } from './orders.ts'
import { bookedOrder, bookedOrders, checksum } from './truth.ts'

test('the checksum does not depend on the order of rows, and sees every figure', () => {
  const orders = bookedOrders(0, 5)
  const same = checksum(orders.toReversed().map((order) => ({ ...order, lines: order.lines.toReversed() })))
  expect(same).toEqual(checksum(orders))
  const [first, ...rest] = orders
  if (first === undefined) throw new Error('no order')
  const [line, ...lines] = first.lines
  if (line === undefined) throw new Error('no line')
  const changed = [
    { ...first, tax: `${first.tax}0` },
    { ...first, document: { ...first.document, note: 'other' } },
    { ...first, lines: [{ ...line, quantity: '0' }, ...lines] },
    { ...first, lines },
  ]
  for (const other of changed) expect(checksum([other, ...rest]).hash).not.toBe(same.hash)
  expect(checksum(rest).hash).not.toBe(same.hash)
})

test('the hub maps an order of the shop to the document that is compared, and it is about 4 KB with 6 lines', async () => {
  const workspace = await loadWorkspace(join(import.meta.dirname, 'workspace'), { env: { SHOP_SECRET: secret } })
  if (!('catalogue' in workspace)) throw new Error(JSON.stringify(workspace.faults))
  const { catalogue } = workspace
  const mapping = catalogue?.mappings.get('shop/order')
  for (const number of [0, 7, 123_456]) {
    const order = shopOrder(number)
    expect(JSON.stringify(order).length).toBeGreaterThan(3500)
    expect(mapping?.pull(order, { connection: 'shop', books: 'HARBOUR', config: {}, codes: () => undefined })).toMatchObject({
      ok: true,
      value: bookedOrder(order).document,
    })
    expect(catalogue?.validate('sales-order', bookedOrder(order).document)).toBeUndefined()
  }
})
