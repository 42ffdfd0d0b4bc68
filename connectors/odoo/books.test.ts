import { afterEach, describe, expect, test } from 'vitest'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { type Odoo, startOdoo } from '../../src/simulator/odoo/odoo.ts'
import connector from './connector.ts'

const minute = 60_000
let now: number
let odoo: Odoo
let access: Access
let faults: FaultBoard
afterEach(async () => {
  await access.close()
  await odoo.close()
})
async function open(protocol: 'json-2' | 'json-rpc'): Promise<void> {
  now = Date.parse('2026-11-23T09:00:00.250Z')
  faults = createFaultBoard(1)
  odoo = await startOdoo({
    companyName: 'Harbour',
    currency: 'EUR',
    faults,
    now: () => new Date(now),
    apiKey: 'key-of-the-hub',
    series: protocol === 'json-2' ? 'now' : 'older',
  })
  const clock = { now: () => now, sleep: async () => {} }
  const own = { url: odoo.url, apiKey: 'key-of-the-hub', protocol, database: 'odoo', login: 'hub', company: 1, timeZone: 'Europe/Berlin' }
  access = openAccess({ name: 'erp', connector, config: own, concurrency: 1, allowPrivate: ['127.0.0.0/8'] }, { clock })
  odoo.addPartner({ name: 'Lamps', kind: 'supplier' })
  odoo.addProduct({ code: 'LAMP', name: 'Lamp', price: 35 })
  odoo.addProduct({ code: 'SHADE', name: 'Shade', price: 18 })
}
async function read(stream: string, from: string | null = null): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, from === null ? null : { time: from }, {})) pages.push(page)
  return pages
}
const keys = (pages: readonly PageRead[]) => [
  ...new Set(pages.flatMap(({ records }) => records.map(({ stream, key }) => `${stream}/${key}`))),
]
const standing = (pages: readonly PageRead[]): string => pages.at(-1)?.checkpoint?.time ?? expect.unreachable()
const lines = [
  { product: 'LAMP', quantity: 10, price: 12.5 },
  { product: 'SHADE', quantity: 4, price: 6 },
]
const create = (name: string, body: object, ambiguous = false) => {
  const action = connector.actions[name]
  if (action?.kind !== 'command') return expect.unreachable()
  return access.run(action, 'create', JSON.parse(JSON.stringify(body)), { effectKey: '01JDODOO', ambiguous })
}

describe.each(['json-2', 'json-rpc'] as const)('%s', (protocol) => {
  test('many rows of one transaction carry one time: all of them are read', async () => {
    await open(protocol)
    for (let n = 0; n < 250; n++) odoo.addPartner({ name: `Partner ${n}`, kind: 'customer' })
    const pages = await read('partners')
    expect(keys(pages)).toHaveLength(251)
    expect(keys(await read('partners', standing(pages)))).toHaveLength(251)
    now += 10 * minute
    odoo.addPartner({ name: 'Late', kind: 'customer' })
    const later = await read('partners', standing(pages))
    expect(keys(later)).toContain('partners/252')
    expect(keys(await read('partners', standing(later)))).toEqual(['partners/252'])
  })
  test('a line edited by itself does not move its order, and is told by the stream of lines', async () => {
    await open(protocol)
    const order = odoo.purchase(1, lines)
    now += 10 * minute
    odoo.purchase(1, lines)
    now += 10 * minute
    const [orders, told] = [standing(await read('purchases')), await read('purchase-lines')]
    expect(keys(told)).toEqual([])
    odoo.write('purchase.order.line', 1, { date_planned: '2026-12-24 10:00:00' })
    expect(keys(await read('purchases', orders))).not.toContain('purchases/1')
    const pokes = await read('purchase-lines', standing(told))
    expect(pokes.flatMap(({ records }) => records)).toMatchObject([{ stream: 'purchases', key: String(order), poke: true }])
    expect((await access.readKey('purchases', '1')).records).toMatchObject([{ key: '1' }])
  })
  test('a key that ended asks for a new one, without a storm', async () => {
    await open(protocol)
    await access.check()
    odoo.changeKey('another key')
    await expect(access.check()).rejects.toMatchObject({ detail: { recovery: 'reauth' } })
  })
  test('an order whose answer was lost is made once, and confirmed by the next try', async () => {
    await open(protocol)
    const body = {
      reference: 'shop/PO-1',
      partner: 1,
      currency: 1,
      lines: [[0, 0, { sequence: 1, product_id: 1, product_qty: 3, price_unit: 9.5 }]],
    }
    faults.arm('answer-lost', { path: /purchase\.order\.create/, times: 1 })
    expect(await create('purchase', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(odoo.rows('purchase.order')).toMatchObject([{ state: 'draft' }])
    expect(await create('purchase', body, true)).toMatchObject({ kind: 'delivered', key: '1', lines: [{ externalKey: '1', number: '1' }] })
    expect(odoo.rows('purchase.order')).toMatchObject([{ state: 'purchase', amount_total: 28.5 }])
  })
  test('a receipt whose answer was lost moves the goods once, and leaves the backorder alone', async () => {
    await open(protocol)
    const order = odoo.purchase(1, lines)
    const body = { order, lines: [{ product: 1, quantity: 6 }] }
    faults.arm('answer-lost', { path: /button_validate/, times: 1 })
    expect(await create('receive', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await create('receive', body, true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(odoo.rows('stock.picking').map(({ state }) => state)).toEqual(['done', 'assigned'])
    expect(odoo.rows('stock.quant').filter((row) => row.location_id === 3)).toMatchObject([{ product_id: 1, quantity: 6 }])
  })
  test('goods that the transfer does not have are refused before anything is written', async () => {
    await open(protocol)
    const order = odoo.purchase(1, lines.slice(0, 1))
    const outcome = await create('receive', {
      order,
      lines: [
        { product: 1, quantity: 1 },
        { product: 2, quantity: 1 },
      ],
    })
    expect(outcome).toMatchObject({ kind: 'reject', code: 'unmatched-row' })
    expect(odoo.rows('stock.picking')).toMatchObject([{ state: 'assigned', note: false }])
    expect(await create('receive', { order: 99, lines: [{ product: 1, quantity: 1 }] })).toMatchObject({
      kind: 'reject',
      code: 'state-refused',
    })
  })
})
