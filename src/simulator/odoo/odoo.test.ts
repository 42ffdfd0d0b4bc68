import { afterEach, describe, expect, test } from 'vitest'
import { createFaultBoard } from '../faults.ts'
import { type Odoo, type OdooOptions, startOdoo } from './odoo.ts'

let odoo: Odoo
afterEach(() => odoo.close())
const faults = createFaultBoard(1)
let now = Date.parse('2026-11-23T09:00:00.250Z')
async function open(more: Partial<OdooOptions> = {}): Promise<void> {
  odoo = await startOdoo({ companyName: 'Harbour', currency: 'EUR', faults, now: () => new Date(now), apiKey: 'key-of-the-hub', ...more })
  odoo.addPartner({ name: 'Lamps', kind: 'supplier' })
  odoo.addProduct({ code: 'LAMP', name: 'Lamp', price: 35 })
}
/** What the server tells of a refusal, and where JSON-RPC puts it. */
interface Told {
  readonly name?: string
  readonly result?: unknown
  readonly error?: { readonly data: { readonly name: string } }
}
const json2 = async (path: string, body: object, headers: Record<string, string> = { authorization: 'bearer key-of-the-hub' }) => {
  const answer = await fetch(`${odoo.url}/json/2/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Told }
}
const jsonRpc = async (service: string, method: string, args: readonly unknown[]) => {
  const answer = await fetch(`${odoo.url}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'call', params: { service, method, args } }),
  })
  return { status: answer.status, body: (await answer.json()) as Told }
}
const lamps = (quantity: number) => [{ product: 'LAMP', quantity, price: 12.5 }]

describe('the two protocols', () => {
  test('JSON-2 answers the value alone, and refusals with a status and the name of the exception', async () => {
    await open()
    expect(await json2('res.users/context_get', {})).toEqual({ status: 200, body: { lang: 'en_US', tz: 'UTC', uid: 2 } })
    const refused = async (path: string, body: object, headers?: Record<string, string>) => {
      const { status, body: told } = await json2(path, body, headers)
      return [status, told.name]
    }
    expect(await refused('res.users/context_get', {}, {})).toEqual([401, 'werkzeug.exceptions.Unauthorized'])
    expect(await refused('res.users/context_get', {}, { authorization: 'bearer key-of-the-hub', 'x-odoo-database': 'x' })).toEqual([
      404,
      'werkzeug.exceptions.NotFound',
    ])
    expect(await refused('no.model/search_read', {})).toEqual([404, 'werkzeug.exceptions.NotFound'])
    expect(await refused('res.partner/unlink', {})).toEqual([404, 'werkzeug.exceptions.NotFound'])
    expect(await refused('res.partner/search_read', { args: [] })).toEqual([422, 'werkzeug.exceptions.UnprocessableEntity'])
    expect(await refused('res.partner/search_read', { ids: [1] })).toEqual([422, 'werkzeug.exceptions.UnprocessableEntity'])
    expect(await refused('res.partner/search_read', { domain: [['nmae', '=', 'x']] })).toEqual([500, 'builtins.ValueError'])
    expect(await refused('res.partner/write', { ids: [99], vals: {} })).toEqual([404, 'odoo.exceptions.MissingError'])
  })
  test('JSON-RPC answers 200 always: false to a wrong login, an error object to a refusal, no result where the method gives none', async () => {
    await open({ series: 'older', login: 'hub' })
    expect((await jsonRpc('common', 'login', ['odoo', 'hub', 'wrong'])).body).toEqual({ jsonrpc: '2.0', id: 5, result: false })
    expect((await jsonRpc('common', 'login', ['odoo', 'hub', 'key-of-the-hub'])).body.result).toBe(2)
    const call = (...args: readonly unknown[]) => jsonRpc('object', 'execute_kw', ['odoo', 2, 'key-of-the-hub', ...args])
    expect((await call('res.partner', 'search_read', [], { domain: [], fields: ['name', 'country_id'] })).body.result).toEqual([
      { id: 1, name: 'Lamps', country_id: false },
    ])
    const wrong = await call('sale.order', 'write', [[7]], { vals: {} })
    expect([wrong.status, wrong.body.error?.data.name]).toEqual([200, 'odoo.exceptions.MissingError'])
    expect((await jsonRpc('object', 'execute_kw', ['odoo', 2, 'old key', 'res.partner', 'search_read', []])).body.error?.data.name).toBe(
      'odoo.exceptions.AccessDenied',
    )
    const order = odoo.purchase(1, lamps(1), {}, false)
    const units = (field: string) => call('purchase.order.line', 'search_read', [], { domain: [], fields: [field] })
    expect((await units('product_uom')).body.result).toEqual([{ id: 1, product_uom: [1, 'Units'] }])
    expect((await units('product_uom_id')).body.error?.data.name).toBe('builtins.ValueError')
    expect((await call('purchase.order', 'button_cancel', [[order]])).body).toEqual({ jsonrpc: '2.0', id: 5 })
    expect((await fetch(`${odoo.url}/json/2/res.users/context_get`, { method: 'POST', body: '{}' })).status).toBe(404)
  })
})

describe('what hubs stumble over', () => {
  test('times are kept finer than they are told', async () => {
    await open()
    const ask = async (domain: readonly unknown[]) => (await json2('res.partner/search_read', { domain, fields: ['write_date'] })).body
    expect(await ask([])).toEqual([{ id: 1, write_date: '2026-11-23 09:00:00' }])
    expect(await ask([['write_date', '>', '2026-11-23 09:00:00']])).toHaveLength(1)
    expect(await ask([['write_date', '=', '2026-11-23 09:00:00']])).toHaveLength(0)
    expect((await json2('res.partner/search_read', { domain: [['write_date', '>', '2026-11-23T09:00:00Z']], fields: [] })).status).toBe(500)
  })
  test('a line written by itself moves its order only where the totals change', async () => {
    await open()
    const order = odoo.purchase(1, lamps(2))
    const stamps = () => [odoo.rows('purchase.order')[0]?.write_date, odoo.rows('purchase.order.line')[0]?.write_date]
    const [head, line] = stamps()
    now += 60_000
    odoo.write('purchase.order.line', 1, { name: 'In red' })
    expect(stamps()[0]).toBe(head)
    expect(stamps()[1]).toBeGreaterThan(Number(line))
    odoo.write('purchase.order.line', 1, { product_qty: 3 })
    expect(stamps()[0]).toBeGreaterThan(Number(head))
    expect(odoo.rows('purchase.order').find(({ id }) => id === order)?.amount_total).toBe(37.5)
  })
  test('a call that is refused leaves nothing behind', async () => {
    await open()
    const values = {
      partner_id: 1,
      order_line: [
        [0, 0, { product_id: 1, product_qty: 1 }],
        [0, 0, { product_id: 1, nonsense: 1 }],
      ],
    }
    expect((await json2('purchase.order/create', { vals_list: [values] })).status).toBe(500)
    expect([odoo.rows('purchase.order'), odoo.rows('purchase.order.line')]).toEqual([[], []])
  })
  test('buttons answer a wizard instead of doing it, and refuse in states that do not fit', async () => {
    await open()
    const sale = odoo.sell(1, lamps(4))
    const press = async (path: string, ids: readonly number[], context = {}) => (await json2(path, { ids, context })).body
    expect(await press('sale.order/action_cancel', [sale])).toMatchObject({ res_model: 'sale.order.cancel' })
    expect(odoo.rows('sale.order')[0]?.state).toBe('sale')
    expect(await press('sale.order/action_confirm', [sale])).toMatchObject({ name: 'odoo.exceptions.UserError' })
    odoo.write('stock.move', 1, { quantity: 1, picked: true })
    expect(await press('stock.picking/button_validate', [1])).toMatchObject({ res_model: 'stock.backorder.confirmation' })
    expect(await press('stock.picking/button_validate', [1], { skip_backorder: true })).toBe(true)
    expect(odoo.rows('stock.picking').map(({ state, backorder_id }) => [state, backorder_id])).toEqual([
      ['done', false],
      ['assigned', 1],
    ])
    expect(odoo.rows('stock.move').map(({ state, quantity }) => [state, quantity])).toEqual([
      ['done', 1],
      ['assigned', 3],
    ])
    expect(await press('sale.order/action_cancel', [sale], { disable_cancel_warning: true })).toBe(true)
  })
  test('faults of the board happen to its calls by their names, whichever protocol', async () => {
    await open()
    const off = faults.arm('503', { path: /^purchase\.order\.create$/ })
    const create = () => fetch(`${odoo.url}/json/2/purchase.order/create`, { method: 'POST', body: '{}' })
    expect((await create()).status).toBe(503)
    expect((await json2('res.users/context_get', {})).status).toBe(200)
    off()
    const lost = faults.arm('answer-lost', { path: /create$/, times: 1 })
    await expect(json2('purchase.order/create', { vals_list: [{ partner_id: 1 }] })).rejects.toThrow()
    expect(odoo.rows('purchase.order')).toHaveLength(1)
    lost()
    expect(odoo.counts['POST purchase.order.create']).toBe(2)
  })
})
