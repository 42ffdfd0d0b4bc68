import { afterEach, expect, test } from 'vitest'
import { likeness, nameLikeness, traitsOf } from '../ledger/likeness.ts'
import { knowLamp, later, order } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed, toErp, toShop } from '../testing/pipeline-bed.ts'
import { tinyMappings } from '../testing/tiny-connectors.ts'
import { saveCodes } from './save-codes.ts'
import { suggest } from './suggest-links.ts'
import { unmapped } from './unmapped.ts'

let bed: Bed | undefined
afterEach(() => bed?.close())
const open = async (options: BedOptions = {}): Promise<Bed> => {
  bed = await openBed(options)
  return bed
}
async function queue(of: Bed) {
  const all = await unmapped(of.context)
  const found = await suggest(of.context, all, all)
  return all.map(({ name, envelopes, deliveries, documents, since }) => ({
    name,
    waiting: [envelopes, deliveries, documents],
    since: since === null ? null : since - of.clock.now,
    may: (found.get(name) ?? []).map(({ key, reason, score }) => `${key} ${reason} ${score}`),
  }))
}

test('what is missing stands once, with all that waits for it, what most waits for first', async () => {
  const on = await open({ routes: [toErp, toShop] })
  await order(on, 1)
  on.clock.now += 1000
  await order(on, 2)
  on.partner.items.push('LAMP-RED')
  await on.drain(on.context, ['items'])
  expect(await queue(on)).toEqual([
    // two orders refer to it, two duties wait for it in the ERP
    { name: 'external:product/shop/LAMP', waiting: [0, 2, 2], since: -1000, may: [] },
    { name: 'external:product/shop/LAMP-RED', waiting: [1, 0, 0], since: 0, may: [] },
  ])
})

test('their record is suggested ours by SKU, loosely by SKU, and by name; ours is suggested theirs', async () => {
  const on = await open({ routes: [toErp, toShop] })
  on.partner.articles.push({ id: 7, code: 'LAMP 49', name: 'Table lamp, red' }, { id: 8, code: 'CHAIR', name: 'Garden chair' })
  on.partner.stock.set(7, 5)
  await on.drain(on.context, ['articles'])
  await on.drain(on.context, ['stock'])
  on.partner.stock.set(7, 4)
  await later(on, 60_000, ['stock'])
  on.partner.items.push('lamp-49', 'red lamp table')
  await on.drain(on.context, ['items'])
  expect(await queue(on)).toEqual([
    { name: 'external:product/shop/lamp-49', waiting: [1, 0, 0], since: 0, may: ['LAMP 49 sku 0.85'] },
    { name: 'external:product/shop/red lamp table', waiting: [1, 0, 0], since: 0, may: ['LAMP 49 name 0.75'] },
    { name: 'key:product/shop/LAMP 49', waiting: [0, 1, 0], since: 0, may: ['lamp-49 sku 0.85', 'red lamp table name 0.75'] },
  ])
})

test('a missing code counts its documents, parked or made without it, and is suggested what others use and what it means', async () => {
  const mappings = {
    'tiny/order': (tinyMappings['tiny/order'] ?? '')
      .replace('"status":{"from":"state","lookup":"status"}', '"status":{"from":"state","lookup":"state","else":"unknown"}')
      .replace('"unit":{"value":"C62"}', '"unit":{"from":"unit","lookup":"unit"}'),
  }
  const on = await open({ mappings, routes: [], codes: { state: { open: 'open' }, unit: { stuecke: 'C62' } } })
  await knowLamp(on)
  const lines = (unit: string) => ({ lines: [{ id: 1, sku: 'LAMP', qty: '1', amount: '10.00', unit }] })
  await order(on, 1, { state: 'Open', ...lines('stuecke') })
  await order(on, 2, { state: 'Open', ...lines('stuecke') })
  await order(on, 3, lines('Stück'))
  expect(await queue(on)).toEqual([
    { name: 'code:state/shop/Open', waiting: [0, 0, 2], since: 0, may: ['open same-word 0.86'] },
    { name: 'code:unit/shop/Stück', waiting: [1, 0, 0], since: 0, may: ['EA meaning 0.8'] },
  ])
  const line = { connection: 'erp', organisation: '', product: '', factor: null, validFrom: null, validTo: null }
  await on.database.write((tx) => saveCodes(tx, on.context, [{ ...line, kind: 'unit', code: 'Stück', hub: 'H87' }], 'anna'))
  const [, unit] = await queue(on)
  expect(unit?.may).toEqual(['H87 same-word 0.86', 'EA meaning 0.8'])
})

test('a GTIN is the same in any length, and goes before SKU, supplier’s SKU and name', () => {
  const ours = traitsOf({ sku: 'A', name: 'Lamp', gtins: ['04006381333931'], supplierItems: [{ sku: 'SUP-1' }] })
  const like = (body: Parameters<typeof traitsOf>[0]) => likeness(traitsOf(body), ours)
  expect(like({ gtin: '4006381333931', sku: 'B' })).toEqual({ reason: 'gtin', value: '04006381333931', score: 1 })
  expect(like({ gtin: '4006381333932', sku: 'A' })).toEqual({ reason: 'sku', value: 'A', score: 0.95 })
  expect(like({ sku: 'sup1' })).toEqual({ reason: 'supplier-sku', value: 'sup1', score: 0.8 })
  expect(like({ sku: 'X', name: 'Chair' })).toBeUndefined()
  expect(nameLikeness('Lamp, red (table)', 'table lamp RED')).toBe(1)
})

test('nothing is applied by itself', async () => {
  const on = await open({ routes: [] })
  on.partner.articles.push({ id: 7, code: 'LAMP 49' })
  await on.drain(on.context, ['articles'])
  on.partner.items.push('lamp-49')
  await on.drain(on.context, ['items'])
  const before = await on.database.read.selectFrom('link').selectAll().execute()
  await queue(on)
  expect(await on.database.read.selectFrom('link').selectAll().execute()).toEqual(before)
})
