import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isObject, type Json } from '../../model/json.ts'
import { createFaultBoard, type FaultBoard } from '../faults.ts'
import { type Erp, startErp } from './erp.ts'
import { valueAt } from './replay.ts'

const password = 'secret-1'

const login = async (erp: Erp): Promise<string> => {
  const body = JSON.stringify({ id: 1, method: 'common.db.login', params: ['hub', { password }, 'en'] })
  const answer: Json = JSON.parse(await (await fetch(`${erp.url}/erp/`, { method: 'POST', body })).text())
  const token = `hub:${String(valueAt(answer, ['result', 0]))}:${String(valueAt(answer, ['result', 1]))}`
  return `Session ${Buffer.from(token).toString('base64')}`
}

const send = (erp: Erp, authorization: string, method: string, ...params: readonly Json[]): Promise<Response> =>
  fetch(`${erp.url}/erp/`, { method: 'POST', headers: { authorization }, body: JSON.stringify({ id: 7, method, params: [...params, {}] }) })

describe('an ERP and its people', () => {
  let erp: Erp
  let faults: FaultBoard
  let session = ''
  let time = Date.UTC(2026, 10, 23, 8)
  let customer = 0
  let product = 0
  let address = 0

  const rpc = async (method: string, ...params: readonly Json[]): Promise<Json> => {
    const answer: Json = JSON.parse(await (await send(erp, session, method, ...params)).text())
    if (!isObject(answer) || !('result' in answer)) throw new Error(JSON.stringify(answer))
    return answer.result ?? null
  }
  const placeSale = async (reference: string, quantities: readonly number[] = [2]): Promise<number> => {
    const lines = quantities.map((quantity, index) => ({ product, quantity, unit: 1, unit_price: '19.99', sequence: index + 1 }))
    const sale = { party: customer, reference, invoice_address: address, shipment_address: address, lines: [['create', lines]] }
    return Number(valueAt(await rpc('model.sale.sale.create', [sale]), [0]))
  }
  const press = (id: number, ...buttons: readonly string[]): Promise<void> =>
    buttons.reduce(async (before, button) => {
      await before
      await rpc(`model.sale.sale.${button}`, [id])
    }, Promise.resolve())

  beforeEach(async () => {
    faults = createFaultBoard(7)
    time = Date.UTC(2026, 10, 23, 8)
    erp = await startErp({
      name: 'Harbour',
      companyName: 'Harbour Trading',
      currency: 'USD',
      faults,
      now: () => new Date(time),
      user: 'hub',
      password,
    })
    erp.addUnit({ symbol: 'cs', name: 'Case of 12', factor: 12 })
    erp.addLocation({ code: 'QUAR', name: 'Quarantine' })
    customer = erp.addParty({ code: 'C-1', name: 'Jane Doe', roles: ['customer'], address: { country: 'US' } })
    erp.addParty({ code: 'NINGBO', name: 'Ningbo Lamps', roles: ['supplier'] })
    product = erp.addProduct({
      code: 'LAMP-RED',
      name: 'Lamp red',
      unit: 'u',
      price: '20.00',
      cost: '10.00',
      packs: ['cs'],
      ean: '4006381333931',
    })
    erp.setOpeningStock('LAMP-RED', 240)
    session = await login(erp)
    address = Number(valueAt(await rpc('model.party.address.search', [['party', '=', customer]], 0, 1, null), [0]))
  })
  afterEach(() => erp.close())

  it('counts a truck in: accepted cases to storage, broken ones to quarantine, the rest stays awaited', async () => {
    const lines = [{ product: 'LAMP-RED', quantity: 10, unit: 'cs', unitPrice: '120.00' }]
    const purchase = erp.createPurchase({ supplier: 'NINGBO', currency: 'CNY', lines })
    erp.confirmPurchase(purchase)
    const first = erp.receive(purchase, [{ line: 1, accepted: 5, rejected: 1 }], 'DN-1')
    expect([erp.quantity('LAMP-RED'), erp.quantity('LAMP-RED', 'QUAR')]).toEqual([300, 12])
    const waiting = await rpc('model.purchase.purchase.read', [purchase], ['shipment_state', 'currency.code'])
    expect(waiting).toMatchObject([{ shipment_state: 'waiting', 'currency.': { code: 'CNY' } }])
    erp.receive(purchase, [{ line: 1, accepted: 4 }])
    expect(await rpc('model.purchase.purchase.read', [purchase], ['shipment_state'])).toMatchObject([{ shipment_state: 'received' }])
    expect(() => erp.receive(purchase, [{ line: 1, accepted: 1 }])).toThrow(/awaits nothing/)
    const bill = erp.invoiceReceipt(first, 'NB-77')
    const fields = ['state', 'reference', 'total_amount', 'type']
    expect(await rpc('model.account.invoice.read', [bill], fields)).toEqual([
      { id: bill, state: 'posted', reference: 'NB-77', type: 'in', total_amount: { __class__: 'Decimal', decimal: '720.00' } },
    ])
  })

  it('ships a sale with its tracking number, takes goods back and is too late to cancel then', async () => {
    const sale = await placeSale('US-1', [2, 3])
    await press(sale, 'quote', 'confirm')
    const shipment = erp.shipSale(sale, { carrierTracking: '1Z999' })
    expect(erp.quantity('LAMP-RED')).toBe(235)
    expect(await rpc('model.stock.shipment.out.read', [shipment], ['state', 'reference'])).toEqual([
      { id: shipment, state: 'done', reference: '1Z999' },
    ])
    await press(sale, 'cancel')
    expect(erp.saleState(sale)).toEqual({ state: 'processing', shipmentState: 'sent' })
    erp.returnGoods(sale, [{ line: 2, quantity: 1 }])
    expect(erp.quantity('LAMP-RED')).toBe(236)
    expect(() => erp.shipSale(sale)).toThrow(/no delivery that waits/)
  })

  it('ships no more than storage holds unless it is forced to', async () => {
    const sale = await placeSale('US-2', [241])
    await press(sale, 'quote', 'confirm')
    expect(() => erp.shipSale(sale)).toThrow(/does not hold/)
    expect(erp.quantity('LAMP-RED')).toBe(240)
    erp.shipSale(sale, { force: true })
    expect(erp.quantity('LAMP-RED')).toBe(-1)
  })

  it('answers as a seller: accepted, cut or refused', async () => {
    const sales = await Promise.all(['A', 'B', 'C'].map((reference) => placeSale(reference, [10, 4])))
    await Promise.all(sales.map((id) => press(id, 'quote')))
    const [a = 0, b = 0, c = 0] = sales
    erp.answerSale(a, 'accept')
    erp.answerSale(b, { cut: [{ line: 2, quantity: 1 }] })
    erp.answerSale(c, 'refuse')
    const read = await rpc('model.sale.sale.read', [...sales], ['state', 'lines.quantity'])
    const shown = (index: number) => [valueAt(read, [index, 'state']), valueAt(read, [index, 'lines.', 1, 'quantity'])]
    expect([shown(0), shown(1), shown(2)]).toEqual([
      ['processing', 4],
      ['processing', 1],
      ['cancelled', 4],
    ])
    expect(() => erp.answerSale(a, 'refuse')).toThrow(/must not confirm/)
    expect(erp.salesByReference('B')).toEqual([b])
  })

  it('logs what an API client did and nothing of its own people', async () => {
    const sale = await placeSale('US-3')
    await press(sale, 'confirm', 'quote', 'cancel')
    erp.setPrice('LAMP-RED', '21.50')
    await rpc('model.sale.sale.write', [sale], { comment: 'late' })
    await expect(rpc('model.sale.sale.create', [{ reference: 'no party' }])).rejects.toThrow(/required/)
    expect(erp.log.map(({ kind, model, button, ids }) => [kind, model, button, ids])).toEqual([
      ['created', 'sale.sale', undefined, [sale]],
      ['button', 'sale.sale', 'quote', [sale]],
      ['button', 'sale.sale', 'cancel', [sale]],
      ['written', 'sale.sale', undefined, [sale]],
    ])
    expect(erp.log[0]).toMatchObject({ at: time, values: [{ reference: 'US-3' }] })
  })

  it('takes a call back whole when a part of it is refused', async () => {
    const good = { party: customer, reference: 'GOOD', lines: [['create', [{ product, quantity: 1, unit: 1, unit_price: '1' }]]] }
    await expect(rpc('model.sale.sale.create', [good, { reference: 'no party' }])).rejects.toThrow(/Party/)
    expect(erp.salesByReference('GOOD')).toEqual([])
    const since = '2026-01-01 00:00:00'
    expect(await rpc('model.sale.sale.search', [['create_date', '>=', since]], 0, 10, null)).toEqual([])
    const [sale, quoted] = [await placeSale('NEXT'), 'quotation']
    await press(sale, 'quote')
    expect(await rpc('model.sale.sale.read', [sale], ['number', 'state'])).toEqual([{ id: sale, number: '1', state: quoted }])
  })

  it('gives each transaction its own stamp, in order, though the clock stands still', async () => {
    const first = await placeSale('S-1')
    const second = await placeSale('S-2')
    await press(first, 'quote')
    const order = [
      ['write_date', 'ASC'],
      ['id', 'ASC'],
    ]
    const read = await rpc(
      'model.sale.sale.search_read',
      ['OR', ['write_date', '>=', '2026-01-01 00:00:00'], ['create_date', '>=', '2026-01-01 00:00:00']],
      0,
      10,
      order,
      ['write_date'],
    )
    expect([valueAt(read, [0, 'id']), valueAt(read, [0, 'write_date'])]).toEqual([second, null])
    const stamp = valueAt(read, [1, 'write_date'])
    expect(await rpc('model.sale.sale.search', [['write_date', '>=', stamp]], 0, 10, null)).toEqual([first])
    expect(await rpc('model.sale.sale.search', [['write_date', '>', stamp]], 0, 10, null)).toEqual([])
  })

  it('lets sessions die of idleness, and all of them in a restart', async () => {
    expect((await send(erp, session, 'model.sale.sale.search_count', [])).status).toBe(200)
    time += 301_000
    expect((await send(erp, session, 'model.sale.sale.search_count', [])).status).toBe(401)
    session = await login(erp)
    await placeSale('KEPT')
    const down = erp.restart(80)
    await new Promise((resolve) => setTimeout(resolve, 30))
    await expect(send(erp, session, 'model.sale.sale.search_count', [])).rejects.toThrow()
    await down
    expect((await send(erp, session, 'model.sale.sale.search_count', [])).status).toBe(401)
    session = await login(erp)
    expect(erp.salesByReference('KEPT')).toHaveLength(1)
    expect(await rpc('model.sale.sale.search_count', [['reference', '=', 'KEPT']])).toBe(1)
  })

  it('does what it was asked before an answer is lost', async () => {
    faults.arm('answer-lost', { times: 1, path: /^model\.sale\.sale\.create$/ })
    await expect(placeSale('LOST')).rejects.toThrow()
    expect(erp.salesByReference('LOST')).toHaveLength(1)
    expect(faults.fired['answer-lost']).toBe(1)
    expect(erp.counts['POST model.sale.sale.create']).toBe(1)
  })

  it('loses no answer of a call that was refused', async () => {
    faults.arm('answer-lost', { times: 1, path: /^model\.sale\.sale\.create$/ })
    const live = session
    session = 'Session aHViOjE6b3Zlcg=='
    await expect(placeSale('R-9')).rejects.toThrow()
    session = live
    expect(faults.fired['answer-lost']).toBe(0)
    await expect(placeSale('R-9')).rejects.toThrow()
    expect(faults.fired['answer-lost']).toBe(1)
  })
})
