import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { compileCondition } from '../../src/connector/condition.ts'
import { cutNotices } from '../../src/connector/cut.ts'
import { openAccess } from '../../src/connector/open.ts'
import { verifyWebhook } from '../../src/connector/verify.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { type BusinessCentral, startBusinessCentral } from '../../src/simulator/business-central/company.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { contextOf } from '../../src/testing/mapping-kit.ts'
import connector from './connector.ts'

const hour = 3_600_000
const { mapping: receiptMapping } = compileMapping(
  readFileSync(join(import.meta.dirname, '../../mappings/business-central/receipt.json'), 'utf8'),
  { file: 'receipt.json', codes: { unit: { PCS: 'C62' } } },
)
const [clientId, clientSecret, webhookSecret] = ['client-id-of-the-test', 'client-secret-of-the-test', 'client-state-of-the-test']
let now: number
let erp: BusinessCentral
let access: Access
let faults: FaultBoard
let hub: Server
let heard: Buffer[]
let vendor = ''
const config = () => ({
  url: erp.url,
  login: erp.url,
  tenant: erp.tenant,
  environment: erp.environment,
  company: erp.company,
  location: erp.location,
  ...{ clientId, clientSecret, webhookSecret, timeZone: 'UTC', currency: 'USD', locationCode: 'MAIN' },
})
let wanted: { addresses: string[]; topics: string[]; silent: string[] }

beforeEach(async () => {
  now = Date.parse('2026-11-23T09:00:00Z')
  heard = []
  faults = createFaultBoard(1)
  erp = await startBusinessCentral({ faults, clientId, clientSecret, now: () => new Date(now) })
  const clock = { now: () => now, sleep: async () => {} }
  access = openAccess({ name: 'bc', connector, config: config(), concurrency: 1, allowPrivate: ['127.0.0.0/8'] }, { clock })
  vendor = erp.book.add('vendors', { number: '10000', displayName: 'Ningbo Lamps', blocked: ' ' }).id
  for (const number of ['LAMP', 'SHADE'])
    erp.book.add('items', { number, displayName: number, type: 'Inventory', blocked: false, inventory: 0, baseUnitOfMeasureCode: 'PCS' })
  hub = createServer(async (request, response) => {
    const word = new URL(request.url ?? '/', 'http://hub').searchParams.get('validationToken')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (word === null) heard.push(Buffer.concat(chunks))
    response.end(word ?? '')
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  wanted = {
    addresses: [`http://127.0.0.1:${(hub.address() as AddressInfo).port}/hooks/1`],
    topics: ['items', 'purchaseInvoices'],
    silent: [],
  }
})
afterEach(async () => {
  await access.close()
  await erp.close()
  hub.closeAllConnections()
  await new Promise((resolve) => hub.close(resolve))
})

async function read(stream: string, from: string | null = null): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, from === null ? null : { time: from }, {})) pages.push(page)
  return pages
}
const keys = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ key }) => key))
const order = (...lines: readonly [item: string, quantity: number][]) => ({
  reference: 'shop/PO-1',
  vendorId: vendor,
  lines: lines.map(([lineObjectNumber, quantity], place) => ({
    lineType: 'Item',
    lineObjectNumber,
    description2: String(place + 1),
    quantity,
    directUnitCost: 12.5,
  })),
})
const run = (
  name: string,
  operation: 'create' | 'change' | 'cancel',
  body: object,
  more: { readonly key?: string; readonly ambiguous?: boolean } = {},
) => {
  const action = connector.actions[name]
  if (action?.kind !== 'command') return expect.unreachable()
  return access.run(action, operation, JSON.parse(JSON.stringify(body)), { effectKey: '01JDBC', ambiguous: false, ...more })
}
const purchases = () => erp.book.all('purchaseOrders')
const figures = (id: string) =>
  erp.book.lines('purchaseOrders', id).flatMap(({ lineType, quantity }) => (lineType === 'Item' ? [quantity] : []))

describe('reading', () => {
  test('goes on where the service links to, and later reads what changed', async () => {
    for (let n = 0; n < 450; n++)
      erp.book.add('items', {
        number: `A${n}`,
        displayName: 'A',
        type: 'Service',
        blocked: false,
        inventory: 0,
        baseUnitOfMeasureCode: 'PCS',
      })
    const pages = await read('items')
    expect(pages).toHaveLength(3)
    expect(new Set(keys(pages)).size).toBe(452)
    now += hour
    const [item] = erp.book.all('items')
    erp.book.set('items', item?.id ?? '', { displayName: 'Lamp, red' })
    expect(keys(await read('items', pages.at(-1)?.checkpoint?.time ?? null))).toContain('LAMP')
    expect(keys(await read('items', new Date(now).toISOString()))).toEqual(['LAMP'])
  })
  test('a token that ended is asked for again', async () => {
    await access.check()
    now += 2 * hour
    await access.check()
    expect(erp.counts[`POST /${erp.tenant}/oauth2/v2.0/token`]).toBe(2)
  })
})

describe('orders', () => {
  test('whose answer was lost are found by their reference, and made once', async () => {
    faults.arm('answer-lost', { method: 'POST', path: /purchaseOrders/, times: 1 })
    expect(await run('create-purchase', 'create', order(['LAMP', 3]))).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(purchases()).toHaveLength(1)
    const found = await run('create-purchase', 'create', order(['LAMP', 3]), { ambiguous: true })
    expect(found).toMatchObject({ kind: 'delivered', key: '106001', lines: [{ externalKey: '20000', number: '1' }] })
    expect(purchases()).toMatchObject([{ number: '106001', totalAmountIncludingTax: 37.5 }])
  })
  test('of a vendor that is blocked are not made', async () => {
    erp.book.set('vendors', vendor, { blocked: 'All' })
    expect(await run('create-purchase', 'create', order(['LAMP', 3]))).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(purchases()).toEqual([])
  })
  test('are changed line by line, and what a person wrote in between is read first', async () => {
    await run('create-purchase', 'create', order(['LAMP', 3], ['SHADE', 4]))
    const [made] = purchases()
    const edit = { lines: [{ number: '1', quantity: 5 }] }
    const { set } = erp.book
    // a person is faster: the head has another tag when the hub writes
    const stop = faults.arm('503', { method: 'PATCH', times: 1 })
    expect(await run('create-purchase', 'change', edit, { key: '106001' })).toMatchObject({ kind: 'retry' })
    stop()
    set('purchaseOrders', made?.id ?? '', { status: 'Open' })
    expect(await run('create-purchase', 'change', edit, { key: '106001' })).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(figures(made?.id ?? '')).toEqual([3, 4])
    set('purchaseOrders', made?.id ?? '', { status: 'Draft' })
    expect(await run('create-purchase', 'change', edit, { key: '106001' })).toMatchObject({ kind: 'delivered' })
    expect(figures(made?.id ?? '')).toEqual([5, 4])
    const unknown = { lines: [{ number: '7', quantity: 5 }] }
    expect(await run('create-purchase', 'change', unknown, { key: '106001' })).toMatchObject({ kind: 'reject', code: 'unmatched-row' })
  })
  test('are received as far as goods came, and a doubtful posting is never repeated', async () => {
    await run('create-purchase', 'create', order(['LAMP', 10]))
    const body = { order: '106001', lines: [{ item: 'LAMP', quantity: 4 }] }
    expect(await run('receive-and-invoice', 'create', body)).toMatchObject({ kind: 'delivered', key: '106001' })
    expect(keys(await read('purchase-receipts'))).toHaveLength(1)
    expect(erp.book.all('items').find(({ number }) => number === 'LAMP')).toMatchObject({ inventory: 4 })
    expect(await run('receive-and-invoice', 'create', { ...body, lines: [{ item: 'LAMP', quantity: 7 }] })).toMatchObject({
      kind: 'reject',
      code: 'not-arranged',
    })
    faults.arm('answer-lost', { method: 'POST', path: /receiveAndInvoice/, times: 1 })
    expect(await run('receive-and-invoice', 'create', { ...body, lines: [{ item: 'LAMP', quantity: 6 }] })).toMatchObject({
      kind: 'unknown',
    })
    expect(purchases()).toEqual([])
    expect(await run('receive-and-invoice', 'create', body, { ambiguous: true })).toMatchObject({ kind: 'unknown' })
    expect(erp.book.all('purchaseReceipts')).toHaveLength(2)
  })
})

describe('orders of a shop', () => {
  const street = { shipToName: 'Ada', shipToAddressLine1: '1 Quay' }
  const shopOrder = () => ({
    reference: 'shop/71',
    customerId: customer,
    ...street,
    lines: [
      { lineType: 'Comment', description: 'ring twice', description2: 'NOTE' },
      { lineType: 'Item', lineObjectNumber: 'LAMP', description2: '1', quantity: 2, unitPrice: 25.12667 },
      { lineType: 'Comment', description2: 'TRACKING' },
    ],
  })
  const edit = {
    ...street,
    shipToAddressLine1: '2 Quay',
    comments: [{ number: 'NOTE', description: 'ring once' }],
    lines: [{ number: '1', quantity: 3, unitPrice: 25.12667 }],
  }
  let customer = ''
  const sales = () => erp.book.all('salesOrders')
  const key = '106001'
  const order = () => sales()[0] ?? expect.unreachable()
  beforeEach(() => {
    customer = erp.addParty('customers', { number: 'WEB', displayName: 'Web' }).id
  })
  const create = (more = {}) => run('shop-sale', 'create', shopOrder(), more)

  test('bring a comment for the tracking number along, which the shipment repeats', async () => {
    expect(await create()).toMatchObject({ kind: 'delivered', key })
    erp.ship(order().id, '1Z999')
    const shipment = erp.book.all('salesShipments')[0] ?? expect.unreachable()
    expect(erp.book.lines('salesShipments', shipment.id)).toMatchObject([
      { description2: 'NOTE', description: 'ring twice' },
      { description2: '1', quantity: 2 },
      { description2: 'TRACKING', description: '1Z999', lineType: '_x0020_' },
    ])
    expect(order()).toMatchObject({ fullyShipped: true, totalAmountExcludingTax: 50.25 })
  })
  test('are not made again when they were shipped and deleted before an unanswered try is looked up', async () => {
    faults.arm('answer-lost', { path: /salesOrders#new$/, times: 1 })
    expect(await create()).toMatchObject({ kind: 'retry', ambiguous: true })
    erp.ship(order().id)
    erp.book.archive('salesOrders', order().id)
    expect(await create({ ambiguous: true })).toMatchObject({ kind: 'delivered', key })
    expect(sales()).toEqual([])
  })
  test('are edited: where they go, the note and the lines; a try whose answer was lost is known by its content when the order has left', async () => {
    await create()
    faults.arm('answer-lost', { method: 'PATCH', path: /salesOrderLines/, times: 1 })
    expect(await run('shop-sale', 'change', edit, { key })).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('shop-sale', 'change', edit, { key, ambiguous: true })).toMatchObject({ kind: 'delivered' })
    expect(order()).toMatchObject({ shipToAddressLine1: '2 Quay', totalAmountExcludingTax: 75.38 })
    expect(erp.book.lines('salesOrders', order().id)[0]).toMatchObject({ description: 'ring once' })
    erp.ship(order().id)
    expect(await run('shop-sale', 'change', edit, { key, ambiguous: true })).toMatchObject({ kind: 'delivered' })
    const other = { ...edit, comments: [{ number: 'NOTE', description: 'never ring' }] }
    expect(await run('shop-sale', 'change', other, { key, ambiguous: true })).toMatchObject({
      kind: 'reject',
      code: 'state-refused',
    })
  })
  test('take what is cancelled off a line, and another freight', async () => {
    const [comment, lamp, tracking] = shopOrder().lines
    const freight = { lineType: 'Item', lineObjectNumber: 'SHADE', description2: 'CHARGES', quantity: 1, unitPrice: 4 }
    const lines = [comment, lamp, { ...lamp, description2: '2', quantity: 1 }, freight, tracking]
    expect(await run('shop-sale', 'create', { ...shopOrder(), lines })).toMatchObject({ kind: 'delivered', key })
    const wanted = [
      { number: '1', quantity: 2, unitPrice: 25.12667 },
      { number: '2', quantity: 0, unitPrice: 25.12667 },
      { number: 'CHARGES', quantity: 1, unitPrice: 6 },
    ]
    expect(await run('shop-sale', 'change', { ...edit, lines: wanted }, { key })).toMatchObject({ kind: 'delivered' })
    expect(order()).toMatchObject({ totalAmountExcludingTax: 56.25 })
  })
  test('are cancelled by deleting them, once, and not when goods have left', async () => {
    await create()
    faults.arm('answer-lost', { method: 'DELETE', times: 1 })
    expect(await run('shop-sale', 'cancel', { reference: 'shop/71' }, { key })).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('shop-sale', 'cancel', { reference: 'shop/71' }, { key, ambiguous: true })).toMatchObject({
      kind: 'delivered',
    })
    expect(sales()).toEqual([])
    await create()
    erp.ship(order().id)
    expect(await run('shop-sale', 'cancel', { reference: 'shop/71' }, { key: '106002' })).toMatchObject({ kind: 'reject' })
    expect(sales()).toHaveLength(1)
  })
})

describe('goods', () => {
  test('that came broken are put aside under the number of their receipt: it is read again, and they are not on hand where goods are sold', async () => {
    await run('create-purchase', 'create', order(['LAMP', 10]))
    const { number } = erp.receive(purchases()[0]?.id ?? '', new Map([[1, 10]]))
    const [before] = await read('purchase-receipts')
    expect(before?.records).toMatchObject([{ key: String(number) }])
    expect(keys(await read('goods-put-aside'))).toEqual([])
    erp.putAside('LAMP', 3, 'QUAR', String(number))
    expect((await read('goods-put-aside')).flatMap(({ records }) => records)).toMatchObject([
      { stream: 'purchase-receipts', key: String(number), poke: true },
    ])
    const onHand = async (stream: string, field: string) => {
      const [page] = await read(stream)
      const rows: readonly Record<string, unknown>[] = JSON.parse(Buffer.from(page?.bodies[0]?.bytes ?? []).toString()).value
      return rows.find((row) => row.No === 'LAMP' || row.number === 'LAMP')?.[field]
    }
    expect([await onHand('stock', 'inventory'), await onHand('stock-at-location', 'Inventory')]).toEqual([10, 7])
  })
  test('whose receipt is undone are told by the same receipt, which is read again', async () => {
    await run('create-purchase', 'create', order(['LAMP', 10]))
    const { number } = erp.receive(purchases()[0]?.id ?? '', new Map([[1, 4]]))
    erp.undoReceipt(String(number))
    expect((await read('goods-put-aside')).flatMap(({ records }) => records)).toMatchObject([{ key: String(number), poke: true }])
    const receipt = erp.book.all('purchaseReceipts')[0] ?? expect.unreachable()
    const context = contextOf({
      connection: 'bc',
      books: 'CRONUS',
      config: { timeZone: 'UTC', location: 'x' },
      codes: { unit: { PCS: 'C62' } },
    })
    const told = receiptMapping?.pull(
      {
        ...receipt,
        purchaseReceiptLines: [...erp.book.lines('purchaseReceipts', receipt.id)],
        ledgerEntries: [...erp.book.all('itemLedgerEntries')],
      },
      context,
    )
    expect(told).toMatchObject({ ok: true, value: { kind: 'receipt', lines: [{ accepted: '0.000000', rejected: '0.000000' }] } })
  })
  test('that another customer orders under a number like ours are no answer to us', async () => {
    const customerId = erp.addParty('customers', { number: 'HARBOUR', displayName: 'Harbour' }).id
    const line = { lineType: 'Item', lineObjectNumber: 'LAMP', quantity: 2 }
    await run('purchase-as-sale', 'create', { reference: 'PO-1', customerId, lines: [{ ...line, description2: '1' }] })
    erp.order('salesOrders', { customerNumber: 'HARBOUR', externalDocumentNumber: 'PO-1', salesOrderLines: [line] })
    const [part] = connector.streams['order-responses']?.parts ?? []
    const answers = compileCondition(part !== undefined && 'when' in part ? (part.when ?? '') : '', 'bc', {})
    const [page] = await read('order-responses')
    const rows: readonly JsonObject[] = JSON.parse(Buffer.from(page?.bodies[0]?.bytes ?? []).toString()).value
    expect(rows.map(answers)).toEqual([true, false])
  })
  test('of a released order of a buyer are its people’s: the hub deletes only one that nobody has released', async () => {
    const customerId = erp.addParty('customers', { number: 'HARBOUR', displayName: 'Harbour' }).id
    const lines = [{ lineType: 'Item', lineObjectNumber: 'LAMP', description2: '1', quantity: 2 }]
    const create = (reference: string) => run('purchase-as-sale', 'create', { reference, customerId, lines })
    await create('PO-1')
    await create('PO-2')
    const [first] = erp.book.all('salesOrders')
    erp.release('salesOrders', first?.id ?? '')
    const cancel = (key: string) => run('purchase-as-sale', 'cancel', { reference: 'erp/1' }, { key })
    expect(await cancel('106001')).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(await cancel('106002')).toMatchObject({ kind: 'delivered' })
    expect(erp.book.all('salesOrders')).toMatchObject([{ externalDocumentNumber: 'PO-1' }])
  })
})

describe('notifications', () => {
  test('are subscribed to with a handshake, renewed before their three days are over, and ended', async () => {
    expect((await access.subscribe(wanted)).map(({ found }) => found)).toEqual(['missing', 'missing'])
    expect((await access.subscribe(wanted)).map(({ found }) => found)).toEqual(['works', 'works'])
    expect(erp.hooks.all()).toMatchObject([{ clientState: webhookSecret }, { clientState: webhookSecret }])
    now += 40 * hour
    expect((await access.subscribe(wanted)).map(({ found }) => found)).toEqual(['ends', 'ends'])
    now += 40 * hour
    expect((await access.subscriptions(wanted)).map(({ state }) => state)).toEqual(['ends', 'ends'])
    expect(erp.hooks.all()).toHaveLength(2)
    expect(await access.unsubscribe(wanted)).toEqual(wanted.topics)
    expect(erp.hooks.all()).toEqual([])
  })
  test('name what changed: a record by its id, or a stream of which more did; another clientState is refused', async () => {
    await access.subscribe(wanted)
    await erp.hooks.send()
    heard = []
    const invoice = erp.book.add('purchaseInvoices', { number: '1', status: 'Draft' })
    await erp.hooks.send()
    for (const number of ['B1', 'B2', 'B3']) erp.book.add('items', { number })
    await erp.hooks.send(2)
    const webhook = connector.webhook ?? expect.unreachable()
    if (!('each' in webhook.topic)) return expect.unreachable()
    const { topic } = webhook
    const told = heard.map((body) => {
      expect(verifyWebhook(webhook, config(), {}, body, new Date(now))).toMatchObject({ kind: 'accepted', topic: 'notifications' })
      expect(verifyWebhook(webhook, { ...config(), webhookSecret: 'another-secret' }, {}, body, new Date(now)).kind).toBe('refused')
      return cutNotices(connector, config(), topic, body, now)
    })
    expect(told.map(({ records, streams, unknown }) => [records.map(({ stream, key }) => `${stream} ${key}`), streams, unknown])).toEqual([
      [[`purchase-invoices ${invoice.id}`], [], 0],
      [[], ['items', 'items-with-units', 'item-links'], 0],
    ])
  })
})
