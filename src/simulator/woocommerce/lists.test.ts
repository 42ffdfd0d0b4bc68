import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFaultBoard } from '../faults.ts'
import { type Shop, startShop } from './shop.ts'

const start = Date.parse('2026-11-23T13:00:00Z')
const faults = createFaultBoard(7, () => start)
let now = start
let shop: Shop
let lamp = 0
let ids: number[] = []

const get = (path: string): Promise<Response> =>
  fetch(`${shop.url}/wp-json/wc/v3${path}`, { headers: { Authorization: `Basic ${btoa('ck:cs')}` }, signal: AbortSignal.timeout(2000) })
const rows = async (path: string): Promise<number[]> => ((await (await get(path)).json()) as { id: number }[]).map(({ id }) => id)

beforeAll(async () => {
  shop = await startShop({
    name: 'lists',
    currency: 'USD',
    pricesIncludeTax: false,
    taxRate: '9',
    zone: 'America/New_York',
    faults,
    now: () => new Date(now),
    consumerKey: 'ck',
    consumerSecret: 'cs',
  })
  lamp = shop.addProduct({ sku: 'L', name: 'Lamp', price: '1.00', stock: null })
  ids = Array.from({ length: 25 }, () => {
    now += 60_000
    return shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], paid: true })
  })
})
afterAll(() => shop.close())

describe('collections', () => {
  test('pages with totals and links, newest first unless told otherwise', async () => {
    const first = await get('/orders')
    expect([first.headers.get('x-wp-total'), first.headers.get('x-wp-totalpages')]).toEqual(['25', '3'])
    expect(first.headers.get('link')).toBe(`<${shop.url}/wp-json/wc/v3/orders?page=2>; rel="next"`)
    expect(((await first.json()) as { id: number }[]).map(({ id }) => id)).toEqual([...ids].reverse().slice(0, 10))
    const middle = await get('/orders?per_page=10&page=2&orderby=id&order=asc')
    expect(middle.headers.get('link')).toBe(
      [1, 3]
        .map((n) => `<${shop.url}/wp-json/wc/v3/orders?per_page=10&page=${n}&orderby=id&order=asc>; rel="${n === 1 ? 'prev' : 'next'}"`)
        .join(', '),
    )
    expect(await rows('/orders?per_page=10&page=3&orderby=id&order=asc')).toEqual(ids.slice(20))
    expect(await rows('/orders?per_page=10&page=4')).toEqual([])
    expect(await rows('/orders?offset=23&orderby=id&order=asc')).toEqual(ids.slice(23))
  })

  test('date bounds are exclusive, in site time unless dates_are_gmt, and an offset is turned into site time first', async () => {
    const third = '13:03:00'
    const wanted = ids.slice(3)
    const list = (query: string): Promise<number[]> => rows(`/orders?per_page=100&orderby=id&order=asc&${query}`)
    expect(await list('after=2026-11-23T08:03:00')).toEqual(wanted)
    expect(await list(`after=2026-11-23T${third}&dates_are_gmt=true`)).toEqual(wanted)
    expect(await list(`modified_after=2026-11-23T${third}&dates_are_gmt=true&modified_before=2026-11-23T13:06:00`)).toEqual(ids.slice(3, 5))
    expect(await list(`after=2026-11-23T${third}Z`)).toEqual(wanted)
    expect(await list(`after=2026-11-23T${third}Z&dates_are_gmt=true`)).toEqual(ids)
  })

  test('status, include, search, sku and _fields', async () => {
    shop.cancelOrder(ids[4] ?? 0)
    expect(await rows('/orders?status=cancelled,failed')).toEqual([ids[4]])
    expect(await rows('/orders?status[]=cancelled&status[]=failed')).toEqual([ids[4]])
    expect(await rows(`/orders?include=${ids[3]},${ids[1]}&orderby=include`)).toEqual([ids[3], ids[1]])
    expect(await rows('/orders?search=nobody')).toEqual([])
    expect(await rows('/products?sku=L,M')).toEqual([lamp])
    expect(await (await get(`/orders?include=${ids[0]}&_fields=id,status`)).json()).toEqual([{ id: ids[0], status: 'processing' }])
  })

  test('a search by SKU finds a variation, the plain list does not', async () => {
    const { id, variationIds } = shop.addVariableProduct({
      sku: 'S',
      name: 'Shade',
      variations: [
        { sku: 'S-1', price: '3.00', stock: 1, attributes: { Size: 'S' } },
        { sku: 'S-2', price: '2.50', stock: 1, attributes: { Size: 'M' } },
      ],
    })
    expect(await rows('/products?sku=S-2')).toEqual([variationIds[1]])
    expect(await rows('/products?orderby=id&order=asc')).toEqual([lamp, id])
    expect(await rows(`/products/${id}/variations?orderby=id&order=asc`)).toEqual(variationIds)
    expect(shop.product(id)).toMatchObject({ type: 'variable', price: '2.50', regular_price: '', variations: variationIds })
  })
})

describe('faults of requests', () => {
  test('page-shift: a window read page by page loses a row, and only then it counts', async () => {
    const page = (n: number): Promise<number[]> =>
      rows(`/orders?per_page=10&orderby=id&order=asc&page=${n}&dates_are_gmt=true&modified_before=2026-11-23T13:20:30`)
    const whole = await rows('/orders?per_page=100&orderby=id&order=asc&dates_are_gmt=true&modified_before=2026-11-23T13:20:30')
    now += 3_600_000
    faults.arm('page-shift', { times: 1 })
    const first = await page(1)
    expect(faults.fired['page-shift']).toBe(0)
    const second = await page(2)
    expect(faults.fired['page-shift']).toBe(1)
    const read = [...first, ...second]
    expect(whole.filter((id) => !read.includes(id))).toEqual([whole[10]])
    const all = await rows('/orders?per_page=10&orderby=id&order=asc&page=2')
    faults.arm('page-shift', { times: 1 })
    expect((await rows('/orders?per_page=10&orderby=id&order=asc&page=2'))[0]).toBe(all[1])
    expect(await rows('/orders?per_page=10&orderby=id&order=asc&page=2')).toEqual(all)
    expect(faults.fired['page-shift']).toBe(2)
  })

  test('same-second: orders saved one after another bear one stamp, none an older one than before', async () => {
    const stamps = async (): Promise<unknown[]> =>
      JSON.parse(await (await get(`/orders?include=${ids.slice(0, 3)}&orderby=include&_fields=date_modified_gmt`)).text()).map(
        (order: { date_modified_gmt: string }) => order.date_modified_gmt,
      )
    const save = (id: number | undefined) => {
      now += 60_000
      shop.editOrder(id ?? 0, { note: 'leave it at the door' })
    }
    save(ids[0])
    faults.arm('same-second', { times: 2 })
    save(ids[1])
    save(ids[2])
    const [first, ...others] = await stamps()
    expect(others).toEqual([first, first])
    expect(faults.fired['same-second']).toBe(2)
    save(ids[0])
    expect((await stamps())[0]).not.toBe(first)
  })

  test.each([
    ['429', 429, null],
    ['429-retry-after', 429, '3'],
    ['500', 500, null],
    ['503', 503, null],
    ['html-200', 200, null],
  ] as const)('%s', async (kind, status, after) => {
    faults.arm(kind, { times: 1, seconds: 3, path: /orders$/ })
    expect((await get('/products')).status).toBe(200)
    const answered = await get('/orders')
    expect([answered.status, answered.headers.get('retry-after')]).toEqual([status, after])
    expect(await answered.text()).toContain('<html>')
    expect((await get('/orders')).headers.get('content-type')).toContain('application/json')
    expect(faults.fired[kind]).toBe(1)
  })

  test('timeout holds the request until the client gives up, and does nothing', async () => {
    faults.arm('timeout', { times: 1, method: 'PUT' })
    const before = shop.log.length
    const hanging = fetch(`${shop.url}/wp-json/wc/v3/products/${lamp}`, { method: 'PUT', signal: AbortSignal.timeout(50) })
    await expect(hanging).rejects.toThrow(/timeout/)
    expect([shop.log.length, faults.fired.timeout]).toEqual([before, 1])
  })

  test('answer-lost does the work and breaks the connection', async () => {
    faults.arm('answer-lost', { times: 1 })
    const lost = fetch(`${shop.url}/wp-json/wc/v3/products/${lamp}`, {
      method: 'PUT',
      headers: { Authorization: `Basic ${btoa('ck:cs')}` },
      body: JSON.stringify({ regular_price: '2.00' }),
    })
    await expect(lost).rejects.toThrow('fetch failed')
    expect(shop.product(lamp).regular_price).toBe('2.00')
    expect([shop.log.at(-1)?.kind, faults.fired['answer-lost']]).toEqual(['price-set', 1])
  })

  test('clock-skew bends stamps and the Date header, within its span only', async () => {
    const stop = faults.arm('clock-skew', { ms: -7_200_000, until: start + 1 })
    const answered = await get('/orders?per_page=1')
    expect(answered.headers.get('date')).toBe(new Date(now - 7_200_000).toUTCString())
    const id = shop.placeOrder({ lines: [{ productId: lamp, quantity: 1 }], paid: true })
    expect(shop.order(id).date_created_gmt).toBe(new Date(now - 7_200_000).toISOString().slice(0, 19))
    stop()
    expect((await get('/orders?per_page=1')).headers.get('date')).toBe(new Date(now).toUTCString())
    expect(faults.fired['clock-skew']).toBe(1)
  })

  test('requests are counted by route', () => {
    expect(shop.counts['GET /wp-json/wc/v3/orders']).toBeGreaterThan(20)
    expect(shop.counts['PUT /wp-json/wc/v3/products/:id']).toBe(2)
  })
})
