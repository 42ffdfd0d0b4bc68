import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Access, Checkpoint, PageRead } from '../../src/connector/access.ts'
import { compileCondition } from '../../src/connector/condition.ts'
import { memoryLimiter } from '../../src/connector/limiter.ts'
import { openAccess } from '../../src/connector/open.ts'
import { memoryTokens } from '../../src/connector/tokens.ts'
import { isHubError } from '../../src/model/errors.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { type Jushuitan, startJushuitan } from '../../src/simulator/jushuitan/jushuitan.ts'
import { query } from '../../src/simulator/jushuitan/queries.ts'
import connector from './connector.ts'
import { toldBy } from './messages.ts'

const day = 86_400_000
const credentials = { appKey: 'app-key-of-the-test', appSecret: 'app-secret-of-the-test' }
let now: number
let faults: FaultBoard
let merchant: Jushuitan
let supplier: number
let access: Access
const clock = {
  now: () => now,
  sleep: async (ms: number) => {
    now += ms
  },
}
const open = () =>
  openAccess(
    {
      name: 'jst',
      connector,
      config: {
        url: merchant.url,
        ...credentials,
        timeZone: 'Asia/Shanghai',
        since: '2026-11-01',
        warehouse: String(merchant.warehouse),
        shop: String(merchant.shop),
      },
      concurrency: 2,
      allowPrivate: ['127.0.0.0/8'],
    },
    { clock, limiter: memoryLimiter(clock), tokens: memoryTokens(clock) },
  )

beforeEach(async () => {
  now = Date.parse('2026-11-23T09:00:00.250Z')
  faults = createFaultBoard(1)
  merchant = await startJushuitan({ ...credentials, limits: true, faults, now: () => new Date(now) })
  merchant.addSku({ code: 'LAMP', name: '台灯', stock: 50 })
  merchant.addSku({ code: 'SHADE', name: '灯罩', stock: 20 })
  supplier = merchant.addSupplier('NINGBO', '宁波灯具')
  access = open()
})
afterEach(async () => {
  await access.close()
  await merchant.close()
})

async function read(
  stream: string,
  from: Checkpoint | null = null,
  between: (page: number) => void = () => {},
): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, from, {})) {
    pages.push(page)
    between(pages.length)
  }
  return pages
}
const keys = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ key }) => key))
const standing = (pages: readonly PageRead[]): Checkpoint => pages.at(-1)?.checkpoint ?? expect.unreachable()
const place = (quantity = 2) => merchant.placeOrder({ lines: [{ sku: 'LAMP', quantity, price: 3500 }], freight: 800 })
type Made = { readonly ambiguous?: boolean; readonly key?: string }
const run = (name: string, operation: 'create' | 'cancel', body: object, { ambiguous = false, key }: Made = {}) => {
  const action = connector.actions[name]
  if (action?.kind !== 'command') return expect.unreachable()
  return access.run(action, operation, body as JsonObject, { effectKey: '01JDJUSHUITAN', ambiguous, ...(key === undefined ? {} : { key }) })
}
const asked = (path: string): number => merchant.counts[`POST /open/${path}`] ?? 0

describe('reading', () => {
  test('no order is lost though others change while the list is read', async () => {
    const ids = Array.from({ length: 120 }, () => String(place()))
    const pages = await read('orders', null, (page) => {
      if (page === 1) merchant.amend(Number(ids[3]), { note: 'changed on the way' })
    })
    expect(new Set(keys(pages))).toEqual(new Set(ids))
    expect(keys(await read('orders', standing(pages)))).toContain(ids[3])
  })

  test('orders go on from a row version, and from the beginning when the database counts anew', async () => {
    const first = String(place())
    const from = standing(await read('orders'))
    const second = String(place())
    expect(keys(await read('orders', from))).toEqual([first, second])
    merchant.countAnew()
    const again = await read('orders', from)
    expect(keys(again)).toEqual([first, second])
    expect(standing(again).counter).toBeLessThan(from.counter ?? 0)
  })

  test('purchases are asked for seven days at a time, suppliers day by day, and what changed lately again', async () => {
    const bought = String(merchant.purchase(supplier, [{ sku: 'LAMP', quantity: 12, price: 1250 }]))
    const pages = await read('purchases')
    expect(keys(pages)).toEqual([bought])
    expect(asked('purchase/query')).toBe(4)
    await read('suppliers', { time: new Date(now - 2 * day).toISOString() })
    expect(asked('supplier/query')).toBe(3)
    now += day
    expect(keys(await read('purchases', standing(pages)))).toEqual([bought])
  })

  test('a span that is longer is refused, so that none is asked for by mistake', async () => {
    const long = {
      ...connector,
      streams: { purchases: { ...connector.streams.purchases, cursor: { ...connector.streams.purchases?.cursor, windowMs: 8 * day } } },
    }
    await access.close()
    access = openAccess(
      {
        name: 'jst',
        connector: long as typeof connector,
        config: { url: merchant.url, ...credentials, timeZone: 'Asia/Shanghai', since: '2026-11-01' },
        concurrency: 1,
        allowPrivate: ['127.0.0.0/8'],
      },
      { clock },
    )
    await expect(read('purchases')).rejects.toMatchObject({ detail: { code: 'refused', recovery: 'reject' } })
  })

  test('an order that is split is over, and both of what it became are there', async () => {
    const id = merchant.placeOrder({ lines: ['LAMP', 'SHADE'].map((sku) => ({ sku, quantity: 1, price: 3500 })) })
    const [left, right] = merchant.split(id)
    expect(keys(await read('orders'))).toEqual([id, left, right].map(String))
  })

  test('goods that came, left and came back are told', async () => {
    const bought = merchant.purchase(supplier, [{ sku: 'LAMP', quantity: 12, price: 1250 }])
    const received = merchant.receive(bought, [{ sku: 'LAMP', quantity: 10 }])
    const order = place()
    merchant.send(order, '顺丰速运', 'SF1')
    const back = merchant.refund(order, { amount: 3500, lines: [{ line: merchant.order(order).lines[0]?.id ?? 0, quantity: 1 }] })
    expect(keys(await read('receipts'))).toEqual([String(received)])
    expect(keys(await read('shipments'))).toHaveLength(1)
    expect(keys(await read('refunds'))).toEqual([String(back)])
    expect(keys(await read('stock'))).toEqual(['SHADE', 'LAMP'])
    expect(keys(await read('warehouses'))).toEqual([String(merchant.warehouse)])
  })

  test('an after-sale is told at each of its steps, and gives money back with the last of them only', async () => {
    const order = place()
    merchant.send(order, '顺丰速运', 'SF1')
    const line = merchant.order(order).lines[0]?.id ?? 0
    const [asked, refused] = [1, 2].map(() => merchant.askBack(order, { amount: 3500, lines: [{ line, quantity: 1 }] }))
    const before = merchant.stock('LAMP')
    const statuses = () => {
      const { data } = query(merchant.book, 'refund/single/query', { as_ids: [asked ?? 0] }) ?? {}
      const [row] = (data as JsonObject).datas as readonly JsonObject[]
      return [row?.status, row?.shop_status, row?.good_status]
    }
    expect(statuses()).toEqual(['WaitConfirm', 'WAIT_SELLER_AGREE', null])
    merchant.agreeAfterSale(asked ?? 0)
    merchant.countBack(asked ?? 0, true)
    merchant.refuseAfterSale(refused ?? 0)
    expect(statuses()).toEqual(['WaitConfirm', 'WAIT_BUYER_RETURN_GOODS', 'SELLER_RECEIVED'])
    expect(merchant.stock('LAMP')).toBe(before + 1)
    expect(merchant.refundsOf(order)).toEqual([])
    merchant.confirmAfterSale(asked ?? 0)
    expect(statuses()).toEqual(['Confirmed', 'SUCCESS', 'SELLER_RECEIVED'])
    expect(merchant.refundsOf(order)).toEqual([3500])
    expect(keys(await read('refunds'))).toEqual([refused, asked].map(String))
  })
})

describe('proof', () => {
  test('one token serves many requests; one that ended is renewed, and one that cannot be is asked for anew', async () => {
    await access.check()
    merchant.endTokens()
    now += 120_000
    await access.check()
    merchant.endTokens()
    merchant.forbidRefresh()
    now += 120_000
    await access.check()
    const { counts } = merchant
    expect([counts['POST /openWeb/auth/getInitToken'], counts['POST /openWeb/auth/refreshToken']]).toEqual([2, 2])
  })

  test('a clock that is wrong is told, and asks for no other credentials', async () => {
    faults.arm('clock-skew', { ms: 20 * 60_000 })
    const error = await access.check().catch((thrown: unknown) => thrown)
    expect(isHubError(error) && `${error.detail.code}/${error.detail.recovery}`).toBe('clock/retry')
  })

  test('five in a second and a hundred in a minute are never exceeded, however much is asked', async () => {
    for (let i = 0; i < 240; i++) await access.check()
    expect(asked('wms/partner/query')).toBe(240)
  })
})

describe('writing', () => {
  const input = {
    number: 'shop/1042',
    date: '2026-11-23 17:00:00',
    buyer: 'Ann Lee',
    receiver: { receiver_name: 'Ann Lee', receiver_address: '文三路 90 号' },
    amount: 78,
    freight: 8,
    items: [{ sku_id: 'LAMP', qty: 2, price: 35, amount: 70, outer_oi_id: '1' }],
  }
  const purchase = {
    number: 'galaxy/PO-1',
    supplier: '0',
    date: '2026-11-23 00:00:00',
    items: [{ sku_id: 'LAMP', qty: 12, price: 12.5, remark: '1' }],
  }

  test('an order whose answer was lost is found and not made twice', async () => {
    faults.arm('answer-lost', { times: 1, path: /orders\/upload/ })
    expect(await run('order', 'create', input)).toMatchObject({ kind: 'retry', ambiguous: true })
    const again = await run('order', 'create', input, { ambiguous: true })
    expect(again).toMatchObject({ kind: 'delivered', key: String(merchant.orders()[0]?.id) })
    expect(merchant.orders()).toHaveLength(1)
    expect(merchant.log).toHaveLength(1)
  })

  test('what the hub uploaded tells no payment of its own, since that is known from where it came; what a split order was paid is reversed', async () => {
    const part = connector.streams.orders?.parts.find((one) => 'document' in one && one.document === 'payment')
    const tells = compileCondition(part !== undefined && 'when' in part ? (part.when ?? '') : '', 'jst', { shop: String(merchant.shop) })
    await run('order', 'create', input)
    merchant.split(merchant.placeOrder({ lines: ['LAMP', 'SHADE'].map((sku) => ({ sku, quantity: 1, price: 3500 })) }))
    merchant.placeOrder({ lines: [{ sku: 'LAMP', quantity: 1, price: 3500 }], paid: false })
    const { data } = query(merchant.book, 'orders/single/query', { start_ts: 0 }) ?? {}
    const rows = ((data as JsonObject).orders as readonly JsonObject[]).toSorted((one, other) => Number(one.o_id) - Number(other.o_id))
    expect(rows.map((row) => [row.status, tells(row)])).toEqual([
      ['WaitConfirm', false],
      ['Split', true],
      ['WaitConfirm', true],
      ['WaitConfirm', true],
      ['WaitPay', false],
    ])
  })

  test('an order that does not add up is refused inside a 200', async () => {
    expect(await run('order', 'create', { ...input, amount: 77 })).toMatchObject({ kind: 'reject', code: 'not-uploaded' })
    expect(merchant.orders()).toEqual([])
  })

  test('an order is cancelled while it has not left, and refused after that', async () => {
    const key = String(place())
    expect(await run('order', 'cancel', { number: 'x' }, { key })).toMatchObject({ kind: 'delivered' })
    expect(merchant.order(Number(key)).status).toBe('Cancelled')
    const gone = place()
    merchant.send(gone, '顺丰速运', 'SF1')
    expect(await run('order', 'cancel', { number: 'x' }, { key: String(gone) })).toMatchObject({ kind: 'reject' })
  })

  test('a purchase is made once, with our line numbers, and made void', async () => {
    const body = { ...purchase, supplier: String(supplier) }
    faults.arm('answer-lost', { times: 1, path: /purchase\/upload/ })
    expect(await run('purchase', 'create', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    const made = await run('purchase', 'create', body, { ambiguous: true })
    const [row] = merchant.purchases()
    expect(made).toMatchObject({
      kind: 'delivered',
      key: String(row?.id),
      lines: [{ externalKey: String(row?.lines[0]?.id), number: '1' }],
    })
    expect(merchant.purchases()).toHaveLength(1)
    expect(await run('purchase', 'cancel', { number: 'x' }, { key: String(row?.id) })).toMatchObject({ kind: 'delivered' })
    expect(merchant.purchases()[0]?.status).toBe('Cancelled')
  })

  test('what may be sold is counted with what orders have taken', async () => {
    const action = connector.actions['set-stock']
    if (action?.kind !== 'state') return expect.unreachable()
    place(3)
    expect(await access.current(action, { warehouse: String(merchant.warehouse), sku: 'LAMP', quantity: 30 })).toBe('47')
    expect(await access.setState(action, { warehouse: String(merchant.warehouse), sku: 'LAMP', quantity: 30 }, 'effect-1')).toMatchObject({
      kind: 'delivered',
    })
    expect(merchant.stock('LAMP')).toBe(33)
    expect(await access.current(action, { warehouse: String(merchant.warehouse), sku: 'LAMP', quantity: 30 })).toBe('30')
  })

  test('an order is sent once with its number, also when the answer was lost', async () => {
    const order = place()
    const body = { order: String(order), tracking: 'SF77', carrier: '顺丰速运' }
    faults.arm('answer-lost', { times: 1, path: /sent\/upload/ })
    expect(await run('send', 'create', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('send', 'create', body, { ambiguous: true })).toMatchObject({ kind: 'delivered', key: String(order) })
    expect(merchant.order(order)).toMatchObject({ status: 'Sent', tracking: 'SF77' })
    expect(merchant.stock('LAMP')).toBe(48)
  })
})

describe('a message', () => {
  test.each([
    [{ o_id: 7 }, { topic: 'orders', key: '7' }],
    [
      { type: 'x', data: { as_id: '9', o_id: 7 } },
      { topic: 'refunds', key: '9' },
    ],
    [{ biz: { io_id: 8 } }, { topic: 'shipments', key: '8' }],
    [{ o_id: '7; drop' }, { topic: 'orders' }],
    ['garbage', { topic: 'orders' }],
    [null, { topic: 'orders' }],
  ])('%j says what to read again', (message, told) => {
    expect(toldBy(message)).toEqual(told)
  })
})
