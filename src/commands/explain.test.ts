import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EditedMapping, type KeptOrders, keptOrders } from '../testing/kept-orders.ts'

let kept: KeptOrders
const noteLines = (mapping: EditedMapping): void => {
  const lines = mapping.fields.lines as { onError: string; readonly fields: Record<string, unknown> }
  lines.fields.note = { from: 'sku', default: 'no article number' }
  lines.onError = 'skipItem'
  mapping.fields.placedAt = { from: 'date_created', convert: 'utc', zone: 'America/New_York' }
  mapping.fields.channel = "meta_data[key='note'].value"
}
const line = (id: number, more: object) => ({
  id,
  name: `Line ${id}`,
  product_id: id,
  variation_id: 0,
  quantity: 1,
  total: '5.00',
  subtotal: '5.00',
  taxes: [],
  ...more,
})
const skipping = {
  date_created: '2026-03-08T02:30:00',
  line_items: [line(1, { quantity: 'two' }), line(2, { sku: 'GOOD' })],
  meta_data: [
    { id: 1, key: 'other', value: 'x' },
    { id: 2, key: 'note', value: 'fragile' },
  ],
}
const lineOf = (start: string): number =>
  kept
    .edited(noteLines)
    .split('\n')
    .findLastIndex((line) => line.startsWith(start)) + 1
beforeAll(async () => {
  kept = await keptOrders([{ customer_note: 'ring twice' }, { status: 'odd' }, skipping], noteLines)
}, 60_000)
afterAll(() => kept.close())

const explain = async (key: string, path: string) => {
  const { out, code } = await kept.shell.run(`explain sales-order ${key} ${path} --json`)
  expect(code).toBe(0)
  return JSON.parse(out)
}

it("tells a value's rule and line, the partner's field and raw value, and the entry of the table", async () => {
  expect(await explain('shop/700', 'status')).toMatchObject({
    value: 'open',
    rule: {
      mapping: 'woocommerce/order',
      version: '1.0.0',
      rule: 'status',
      file: 'mappings/woocommerce/order.json',
      line: lineOf('    "status": '),
    },
    raw: [{ path: 'status', found: true, value: 'processing' }],
    entries: [{ lookup: 'status', code: 'processing', value: 'open' }],
    choices: [],
    source: { connection: 'shop', stream: 'orders', key: '700', envelope: 'E0' },
  })
  const { out } = await kept.shell.run('explain sales-order shop/700 status')
  expect(out).toMatch(/^partner's field +status = processing$|status = processing/m)
  expect(out).toContain('status: processing -> open')
  expect(out).toMatch(/^connection +shop$/m)
})

it('tells the exceptional choice', async () => {
  expect(await explain('shop/701', 'status')).toMatchObject({
    value: 'unknown',
    raw: [{ path: 'status', value: 'odd' }],
    entries: [{ lookup: 'status', code: 'odd', value: null }],
    choices: [{ rule: 'status', kind: 'else', number: null }],
  })
  expect((await kept.shell.run('explain sales-order shop/701 status')).out).toContain('status: the `else` of the lookup')
})

it('tells the exceptional choice of its own item', async () => {
  const choice = { rule: 'lines[].note', kind: 'default', number: null }
  expect(await explain('shop/700', 'lines.0.note')).toMatchObject({ value: 'no article number', choices: [choice] })
  expect(await explain('shop/700', 'lines.1.note')).toMatchObject({ value: 'Bar3', choices: [] })
})

it('follows lists to the item', async () => {
  expect(await explain('shop/700', 'lines.1.quantity')).toMatchObject({ raw: [{ path: 'line_items.1.quantity', found: true }] })
})

it('follows lists to the item where others were left out, and to the item with a code', async () => {
  expect(await explain('shop/702', 'lines.0.product.sku')).toMatchObject({
    value: 'GOOD',
    raw: [{ path: 'line_items.1.sku', found: true, value: 'GOOD' }],
  })
  expect(await explain('shop/702', 'channel')).toMatchObject({ raw: [{ path: 'meta_data.1.value', found: true, value: 'fragile' }] })
})

it('tells what was noted: a time that the zone skips, and an item that was left out', async () => {
  expect((await explain('shop/702', 'placedAt')).notes).toMatchObject([
    { code: 'ZONE_GAP', rule: 'placedAt', to: '/placedAt' },
    { code: 'ERROR_SKIPPED', rule: 'lines[].quantity', to: '/lines/0/quantity' },
  ])
  const one = await kept.shell.run('explain sales-order shop/702 placedAt')
  expect(one.out).toMatch(/^note +ZONE_GAP: the zone skips '2026-03-08T02:30:00'/m)
  expect(one.out).not.toContain('ERROR_SKIPPED')
  const { err } = await kept.shell.run('explain sales-order shop/702')
  expect(err).toMatch(/^ZONE_GAP \/placedAt: /m)
  expect(err).toMatch(/^ERROR_SKIPPED \/lines\/0\/quantity: left out: DECIMAL at \/line_items\/0\/quantity/m)
  expect((await kept.shell.run('explain sales-order shop/700')).err).toBe('')
})

it('tells what a value has of the connection', async () => {
  expect(await explain('shop/700', 'seller.ref.key')).toMatchObject({ rule: { paths: [], settings: ['@.config.seller', '@.books'] } })
})

it('knows the rule and its line after the mapping was changed', async () => {
  writeFileSync(
    join(kept.folder, 'mappings', 'woocommerce', 'order.json'),
    kept.edited((mapping) => {
      mapping.version = '2.0.0'
      mapping.fields.note = { value: 'other' }
    }),
  )
  expect(await explain('shop/700', 'note')).toMatchObject({
    value: 'ring twice',
    rule: { mapping: 'woocommerce/order', version: '1.0.0', rule: 'note', line: lineOf('    "note": ') },
    raw: [{ path: 'customer_note', value: 'ring twice' }],
  })
})
