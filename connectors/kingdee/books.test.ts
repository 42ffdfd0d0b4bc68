import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Access, PageRead } from '../../src/connector/access.ts'
import { openAccess } from '../../src/connector/open.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { type Kingdee, startKingdee } from '../../src/simulator/kingdee/kingdee.ts'
import connector from './connector.ts'

const minute = 60_000
const credentials = {
  account: '6631ab4f2c8e90',
  user: 'hub',
  appId: 'client_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4',
  appSecret: 'app-secret-of-the-test',
  password: 'password-of-the-test',
  organisation: '100',
}
let now: number
let faults: FaultBoard
let erp: Kingdee
let access: Access

beforeEach(async () => {
  now = Date.parse('2026-11-23T09:00:00.250Z')
  faults = createFaultBoard(1)
  erp = await startKingdee({ ...credentials, faults, now: () => new Date(now) })
  erp.addWarehouse('CK001', '成品仓')
  erp.addSupplier({ number: 'VEN1', name: '宁波灯具' })
  erp.addCustomer('CUST1', '网店零售')
  erp.addMaterial({ number: 'LAMP', name: '台灯', stock: 50 })
  erp.addMaterial({ number: 'SHADE', name: '灯罩' })
  open('app-secret')
})
afterEach(async () => {
  await access.close()
  await erp.close()
})
function open(login: 'signature' | 'app-secret' | 'password', config: object = {}): void {
  const clock = { now: () => now, sleep: async () => {} }
  const whole = { url: erp.url, login, ...credentials, timeZone: 'Asia/Shanghai', warehouse: 'CK001', customer: 'CUST1', ...config }
  access = openAccess({ name: 'erp', connector, config: whole, concurrency: 2, allowPrivate: ['127.0.0.0/8'] }, { clock })
}
async function read(stream: string, from: string | null = null, between: (page: number) => void = () => {}): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(stream, from === null ? null : { time: from }, {})) {
    pages.push(page)
    between(pages.length)
  }
  return pages
}
const keys = (pages: readonly PageRead[]) => pages.flatMap(({ records }) => records.map(({ key }) => key))
const standing = (pages: readonly PageRead[]): string => pages.at(-1)?.checkpoint?.time ?? expect.unreachable()
type Made = { readonly ambiguous?: boolean; readonly key?: string }
const run = (name: string, operation: 'create' | 'change' | 'cancel', body: object, { ambiguous = false, key }: Made = {}) => {
  const action = connector.actions[name]
  if (action?.kind !== 'command') return expect.unreachable()
  return access.run(action, operation, body as JsonObject, { effectKey: '01JDKINGDEE', ambiguous, ...(key === undefined ? {} : { key }) })
}
const line = (number: string, material: string, quantity: number, price = 10) => ({
  FEntryNote: number,
  FMaterialId: { FNumber: material },
  FUnitId: { FNumber: 'Pcs' },
  FQty: quantity,
  FTaxPrice: price,
})
const order = (number: string, partner: string, ...lines: object[]) => ({
  number,
  partner,
  currency: 'PRE001',
  date: '2026-11-23',
  taxIncluded: true,
  lines,
})
const bill = (form: string, number: string) => erp.bills(form).find(({ head }) => head.FBillNo === number) ?? expect.unreachable()
const lines = [
  { material: 'LAMP', quantity: 10, price: 12.5 },
  { material: 'SHADE', quantity: 4, price: 6 },
]

describe('reading', () => {
  test('no order is lost or torn, though it has lines on two pages and others change meanwhile', async () => {
    const numbers = Array.from({ length: 1500 }, () =>
      String(
        erp.purchase(
          'VEN1',
          [lines[0], lines[1], lines[0]].flatMap((one) => one ?? []),
        ).head.FBillNo,
      ),
    )
    const pages = await read('purchases', null, (page) => {
      if (page === 1) for (const { id } of erp.bills('PUR_PurchaseOrder').slice(0, 3)) erp.remove('PUR_PurchaseOrder', id)
    })
    expect(pages.length).toBe(3)
    expect(keys(pages)).toEqual(numbers)
    expect(pages.flatMap(({ records }) => records.filter(({ slices }) => slices.length !== 4))).toEqual([])
  })
  test('an audit that leaves FModifyDate as it was is seen', async () => {
    const made = erp.purchase('VEN1', lines)
    const first = erp.receive(made.id, [{ line: 0, quantity: 2 }])
    erp.step('UnAudit', 'STK_InStock', first.id)
    erp.step('Submit', 'STK_InStock', first.id)
    now += 30 * minute
    erp.receive(made.id, [{ line: 1, quantity: 1 }])
    const stood = standing(await read('receipts'))
    now += 30 * minute
    erp.step('Audit', 'STK_InStock', first.id)
    expect(bill('STK_InStock', String(first.head.FBillNo)).head.FModifyDate).toBe('2026-11-23T17:00:00.25')
    expect(keys(await read('receipts', stood))).toContain(first.head.FBillNo)
  })
  test('further units of a material stand in it; goods received by the case are stock in pieces, wherever they lie', async () => {
    erp.addMaterial({ number: 'BULB', name: '灯泡', packs: { Box: 12, Pallet: 480 } })
    erp.addWarehouse('CK009', '不良品仓')
    const { id } = erp.purchase('VEN1', [{ material: 'BULB', quantity: 5, price: 120, unit: 'Box' }])
    erp.receive(id, [
      { line: 0, quantity: 4 },
      { line: 0, quantity: 1, warehouse: 'CK009' },
    ])
    expect(
      erp
        .bills('STK_Inventory')
        .flatMap(({ head }) => (head['FMaterialId.FNumber'] === 'BULB' ? [[head['FStockId.FNumber'], head.FBaseQty]] : [])),
    ).toEqual([
      ['CK001', 48],
      ['CK009', 12],
    ])
    expect((await read('products')).flatMap(({ records }) => records.map(({ key, slices }) => [key, slices.length - 1]))).toEqual([
      ['LAMP', 1],
      ['SHADE', 1],
      ['BULB', 2],
    ])
  })
  test('stock is told material by material, whatever rows it lies in', async () => {
    erp.shelve('LAMP', 3, { owner: 'BD_Supplier' })
    erp.shelve('SHADE', 2, {})
    expect((await read('stock')).flatMap(({ records }) => records.map(({ slices }) => slices.length))).toEqual([3, 3])
  })
  test('a number is no way out of a condition', async () => {
    erp.purchase('VEN1', lines)
    expect((await access.readKey('purchases', "x' or FBillNo<>'x")).records).toEqual([])
  })
})

describe('logging in', () => {
  test('a session that ended is begun again, once for all that wait', async () => {
    await access.check()
    erp.endSessions()
    await Promise.all([read('products'), read('suppliers')])
    expect(erp.counts['POST LoginByAppSecret']).toBe(2)
  })
  test('by password, and by signed headers without any session', async () => {
    await access.close()
    open('password')
    expect(keys(await read('products'))).toEqual(['LAMP', 'SHADE'])
    await access.close()
    open('signature')
    expect(keys(await read('products'))).toEqual(['LAMP', 'SHADE'])
    expect(erp.counts['POST ValidateUser']).toBe(1)
    expect(erp.counts['POST LoginByAppSecret']).toBeUndefined()
  })
  test.each(['signature', 'app-secret'] as const)('a secret that was changed asks for a person, without a storm: %s', async (login) => {
    await access.close()
    open(login)
    await access.check()
    erp.changeSecret('another')
    erp.endSessions()
    await expect(access.check()).rejects.toMatchObject({ detail: { recovery: 'reauth' } })
    const asked = Object.values(erp.counts).reduce((all, count) => all + count, 0)
    await expect(access.check()).rejects.toMatchObject({ detail: { recovery: 'reauth' } })
    expect(Object.values(erp.counts).reduce((all, count) => all + count, 0) - asked).toBeLessThanOrEqual(1)
  })
  test('a clock that is wrong is told as what it is', async () => {
    await access.close()
    open('signature')
    faults.arm('clock-skew', { ms: 20 * minute })
    await expect(access.check()).rejects.toMatchObject({ detail: { recovery: 'reauth', code: 'gateway-refused' } })
  })
})

describe('writing', () => {
  test('an order whose answer was lost is made once, and audited by the next try', async () => {
    const body = order('shop/1001', 'CUST1', line('1', 'LAMP', 2, 35))
    faults.arm('answer-lost', { path: /SAL_SaleOrder\.Save/, times: 1 })
    expect(await run('sale', 'create', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('sale', 'create', body, { ambiguous: true })).toMatchObject({
      kind: 'delivered',
      key: 'shop/1001',
      lines: [{ number: '1' }],
    })
    expect(erp.bills('SAL_SaleOrder').map(({ head }) => [head.FBillNo, head.FDocumentStatus, head.FBillAllAmount])).toEqual([
      ['shop/1001', 'C', 70],
    ])
  })
  test('an audit whose answer was lost is not done twice', async () => {
    const body = order('shop/PO-1', 'VEN1', line('1', 'LAMP', 2))
    faults.arm('answer-lost', { path: /PUR_PurchaseOrder\.Audit/, times: 1 })
    expect(await run('purchase', 'create', body)).toMatchObject({ kind: 'retry', ambiguous: true, done: true })
    expect(await run('purchase', 'create', body, { ambiguous: true })).toMatchObject({ kind: 'delivered', key: 'shop/PO-1' })
    expect(erp.log.filter(({ operation }) => operation === 'Audit')).toHaveLength(1)
  })
  test('a number that is too long is refused by the input, an unknown material by Kingdee in its own words', async () => {
    expect(await run('purchase', 'create', order('shop/PO-1', 'VEN1', line('1', 'NEW', 2)))).toMatchObject({
      kind: 'reject',
      code: 'refused',
      message: expect.stringContaining('字段 FMaterialId 的编码 NEW 不存在'),
    })
    expect(erp.bills('PUR_PurchaseOrder')).toEqual([])
  })
  test('a change sets, adds and takes away lines of ours, and leaves those of people', async () => {
    await run('purchase', 'create', order('shop/PO-1', 'VEN1', line('1', 'LAMP', 2), line('2', 'SHADE', 3), line('3', 'LAMP', 5)))
    const made = bill('PUR_PurchaseOrder', 'shop/PO-1')
    erp.note('PUR_PurchaseOrder', made.id, 1, '样品')
    const wanted = [line('1', 'LAMP', 7, 9), line('4', 'SHADE', 1)]
    faults.arm('answer-lost', { path: /PUR_PurchaseOrder\.Save/, times: 1 })
    expect(await run('purchase', 'change', { lines: wanted }, { key: 'shop/PO-1' })).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('purchase', 'change', { lines: wanted }, { key: 'shop/PO-1', ambiguous: true })).toMatchObject({ kind: 'delivered' })
    const { head, entries } = bill('PUR_PurchaseOrder', 'shop/PO-1')
    expect(head.FDocumentStatus).toBe('C')
    expect(entries.map(({ values }) => [values.FEntryNote, values.FQty]).sort()).toEqual([
      ['1', 7],
      ['4', 1],
      ['样品', 3],
    ])
  })
  test('an order whose change Kingdee refuses stands audited as it stood, though it was taken back for it', async () => {
    await run('sale', 'create', order('shop/1001', 'CUST1', line('1', 'LAMP', 2, 35)))
    const wanted = { lines: [line('1', 'NEW', 3, 35)] }
    faults.arm('503', { path: /SAL_SaleOrder\.Audit/, times: 1 })
    expect(await run('sale', 'change', wanted, { key: 'shop/1001' })).toMatchObject({ kind: 'retry', ambiguous: false })
    expect(await run('sale', 'change', wanted, { key: 'shop/1001' })).toMatchObject({
      kind: 'reject',
      message: expect.stringContaining('字段 FMaterialId 的编码 NEW 不存在'),
    })
    expect(erp.log.filter(({ operation }) => operation === 'UnAudit')).toHaveLength(1)
    const { head, entries } = bill('SAL_SaleOrder', 'shop/1001')
    expect([head.FDocumentStatus, head.FBillAllAmount, entries.map(({ values }) => values.FQty)]).toEqual(['C', 70, [2]])
  })
  test("a buyer's order waits for the seller's people: audited by them, the hub takes no audit of theirs back", async () => {
    const number = 'harbour/PO-1'
    await run('purchase-as-sale', 'create', order(number, 'CUST1', line('1', 'LAMP', 10, 12)))
    expect(bill('SAL_SaleOrder', number).head.FDocumentStatus).toBe('B')
    expect(await run('purchase-as-sale', 'change', { lines: [line('1', 'LAMP', 12, 12)] }, { key: number })).toMatchObject({
      kind: 'delivered',
    })
    const { id, head, entries } = bill('SAL_SaleOrder', number)
    expect([head.FDocumentStatus, entries[0]?.values.FQty]).toEqual(['B', 12])
    erp.step('CancelAssign', 'SAL_SaleOrder', id)
    erp.setQuantity('SAL_SaleOrder', id, 0, 8)
    erp.step('Submit', 'SAL_SaleOrder', id)
    erp.step('Audit', 'SAL_SaleOrder', id)
    expect(await run('purchase-as-sale', 'change', { lines: [line('1', 'LAMP', 20, 12)] }, { key: number })).toMatchObject({
      kind: 'reject',
    })
    expect(await run('purchase-as-sale', 'cancel', { number }, { key: number })).toMatchObject({ kind: 'reject', code: 'refused' })
    expect(bill('SAL_SaleOrder', number).head).toMatchObject({ FDocumentStatus: 'C', FCancelStatus: 'A' })
    expect(keys(await read('order-responses'))).toEqual([number])
  })
  test('an order of which goods came already is neither changed nor voided', async () => {
    await run('purchase', 'create', order('shop/PO-1', 'VEN1', line('1', 'LAMP', 2)))
    erp.receive(bill('PUR_PurchaseOrder', 'shop/PO-1').id, [{ line: 0, quantity: 1 }])
    const refused = { kind: 'reject', code: 'refused', message: expect.stringContaining('已有下游单据') }
    expect(await run('purchase', 'change', { lines: [line('1', 'LAMP', 9)] }, { key: 'shop/PO-1' })).toMatchObject(refused)
    expect(await run('purchase', 'cancel', { number: 'shop/PO-1' }, { key: 'shop/PO-1' })).toMatchObject(refused)
    expect(bill('PUR_PurchaseOrder', 'shop/PO-1').head).toMatchObject({ FDocumentStatus: 'C', FCancelStatus: 'A' })
  })
  test('a void whose answer was lost is known by what the order shows', async () => {
    await run('sale', 'create', order('shop/1001', 'CUST1', line('1', 'LAMP', 2)))
    faults.arm('answer-lost', { path: /SAL_SaleOrder\.ExcuteOperation/, times: 1 })
    const body = { number: 'shop/1001' }
    expect(await run('sale', 'cancel', body, { key: 'shop/1001' })).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('sale', 'cancel', body, { key: 'shop/1001', ambiguous: true })).toMatchObject({ kind: 'delivered' })
    expect(bill('SAL_SaleOrder', 'shop/1001').head.FCancelStatus).toBe('B')
    const edited = { lines: [line('1', 'LAMP', 2)] }
    expect(await run('sale', 'change', edited, { key: 'shop/1001' })).toMatchObject({ kind: 'reject', code: 'not-arranged' })
  })
  test('goods come in once, tied to the lines of the order', async () => {
    const { id, head, entries } = erp.purchase('VEN1', lines)
    const body = {
      number: 'wms/R-1',
      order: String(head.FBillNo),
      supplier: 'VEN1',
      date: '2026-11-23',
      lines: [{ material: 'LAMP', unit: 'Pcs', quantity: 6, warehouse: 'CK001' }],
    }
    faults.arm('answer-lost', { path: /STK_InStock\.Save/, times: 1 })
    expect(await run('receive', 'create', body)).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await run('receive', 'create', body, { ambiguous: true })).toMatchObject({ kind: 'delivered', key: 'wms/R-1' })
    expect(erp.bills('STK_Inventory').map(({ head }) => [head['FMaterialId.FNumber'], head.FBaseQty])).toEqual([['LAMP', 56]])
    expect(bill('STK_InStock', 'wms/R-1').entries[0]?.values).toMatchObject({
      FPOORDERENTRYID: entries[0]?.id,
      FInStockEntry_Link: [{ FInStockEntry_Link_FSBillId: id, FInStockEntry_Link_FSId: entries[0]?.id }],
    })
    const nobody = { ...body, number: 'wms/R-2', lines: [{ material: 'NEW', unit: 'Pcs', quantity: 1, warehouse: 'CK001' }] }
    expect(await run('receive', 'create', nobody)).toMatchObject({ kind: 'reject', code: 'not-arranged' })
  })
})
