import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access, CutRecord, Mark, PageRead, ReadOptions } from '../../src/connector/access.ts'
import { joinRecord } from '../../src/connector/join.ts'
import { openAccess } from '../../src/connector/open.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import { canonicalJson, type Json } from '../../src/model/json.ts'
import { positionOf, positionText } from '../../src/pipeline/position.ts'
import { createFaultBoard, type FaultBoard, seededRandom } from '../../src/simulator/faults.ts'
import { type Shopify, startShopify } from '../../src/simulator/shopify/shop.ts'
import shopify from './connector.ts'

const [clientId, clientSecret] = ['client-id-of-the-test', 'client-secret-of-the-test']
const clock = {
  at: 0,
  now: () => clock.at,
  sleep: async (ms: number) => {
    clock.at += ms
  },
}
let faults: FaultBoard
let shop: Shopify
let access: Access
let items: readonly number[]

const open = () =>
  openAccess(
    {
      name: 'shop',
      connector: shopify,
      config: { url: shop.url, location: shop.location, timeZone: 'UTC', clientId, clientSecret },
      concurrency: 1,
      allowPrivate: ['127.0.0.0/8'],
    },
    { clock },
  )
beforeEach(async () => {
  clock.at = Date.UTC(2026, 10, 23, 10)
  faults = createFaultBoard(1)
  shop = await startShopify({
    currency: 'USD',
    faults,
    now: () => new Date(clock.at),
    clientId,
    clientSecret,
    taxes: { title: 'VAT', percent: '20', included: true, shipping: true },
  })
  items = ['LAMP', 'SHADE', 'BULB'].map((sku, place) => shop.addProduct({ sku, name: `${sku} ✨`, price: 999 + place, stock: 10_000 }))
  access = open()
})
afterEach(async () => {
  await access.close()
  await shop.close()
})

const item = (place: number): number => items[place % items.length] ?? 0
const place = (lines = 1) => {
  clock.at += 1000
  return shop.placeOrder({ lines: Array.from({ length: lines }, (_, line) => ({ item: item(line), quantity: 1 + (line % 3) })) })
}
/** A shop of all kinds of orders, the same for the same seed. */
function fill(seed: number, count: number): void {
  const random = seededRandom(seed)
  const upTo = (most: number) => Math.floor(random() * most)
  for (let i = 0; i < count; i++) {
    clock.at += 1000
    const lines = Array.from({ length: 1 + upTo(6) }, () => ({ item: item(upTo(3)), quantity: 1 + upTo(4), discount: upTo(3) * 10 }))
    const id = shop.placeOrder({ lines, ...(random() < 0.5 ? { shipping: 490 } : {}), paid: random() < 0.8 })
    if (random() < 0.3) shop.send(id, undefined, { number: `1Z-${i}`, company: 'UPS', url: null })
    if (random() < 0.2) shop.refund(id, { amount: 100, note: '退款 "half"' })
    if (random() < 0.2) shop.amend(id, { note: 'line\nfeed \u2028 and }{ "quotes"' })
  }
}

interface Known {
  readonly name: string
  readonly value: Json
  readonly record: CutRecord
}
const knownOf = (pages: readonly PageRead[]): Map<string, Known> => {
  const found = new Map<string, Known>()
  for (const { records, bodies } of pages)
    for (const record of records) {
      const { stream, key, slices } = record
      const rows = stream === 'orders' ? shopify.streams.orders : undefined
      const value = joinRecord(
        slices,
        bodies.map(({ bytes }) => bytes),
        undefined,
        rows,
      )
      found.set(`${stream} ${key}`, { name: `${stream} ${key}`, value, record })
    }
  return found
}
async function read(options: ReadOptions = { bulk: true }, on: Access = access, most = Number.POSITIVE_INFINITY): Promise<PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of on.read('orders', null, options)) {
    pages.push(page)
    if (page.waitMs !== undefined) clock.at += page.waitMs
    if (pages.length >= most) break
  }
  return pages
}
const told = (pages: readonly PageRead[]) =>
  new Map([...knownOf(pages)].map(([name, { record }]) => [name, `${record.version} ${record.bodyHash} ${record.laneKey}`]))
const mapping = (name: string) => {
  const { mapping } = compileMapping(readFileSync(join(import.meta.dirname, `../../mappings/shopify/${name}.json`), 'utf8'), { file: name })
  if (mapping === undefined) throw new Error(`${name} does not compile`)
  return mapping
}
const asked = (operation: string): number => shop.counts[`POST ${operation}`] ?? 0

test.each([1, 2])(
  'what comes by bulk is the same, record by record and byte by byte of their content, as what comes by page (shop %i)',
  async (seed) => {
    fill(seed, 60)
    const byPage = await read({})
    const pages = asked('Orders')
    const byFile = await read()
    expect(told(byFile)).toEqual(told(byPage))
    expect(told(byFile).size).toBeGreaterThan(60)
    const [left, right] = [knownOf(byPage), knownOf(byFile)]
    for (const [name, { value }] of left) expect(canonicalJson(right.get(name)?.value)).toBe(canonicalJson(value))
    expect(byFile.at(-1)?.checkpoint).toEqual(byPage.at(-1)?.checkpoint)
    expect([asked('RunBulk'), asked('Orders')]).toEqual([1, pages])
  },
)

test('an order of more lines than a page shows is the same document', async () => {
  place(70)
  const order = mapping('order')
  const run = (value: Json | undefined) =>
    order.pull(value ?? null, { connection: 'shop', books: 'US', config: { timeZone: 'UTC' }, zone: 'UTC', codes: () => undefined })
  const [byPage, byFile] = [[...knownOf(await read({})).values()], [...knownOf(await read()).values()]]
  expect(byFile.map(({ name }) => name)).toEqual(byPage.map(({ name }) => name))
  expect(run(byFile[0]?.value)).toEqual(run(byPage[0]?.value))
  expect(JSON.stringify(run(byFile[0]?.value)).match(/"lineKey"|"key"/g)?.length).toBeGreaterThanOrEqual(70)
})

test('the job is known before anything waits for it, and a read that was killed anywhere goes on with it', async () => {
  fill(4, 210)
  shop.bulk.spanMs = 90_000
  const whole = told(await read({}))
  const seen = new Map<string, string>()
  let mark: Mark | undefined
  let pages = 0
  for (let run = 0; run < 50; run++) {
    const again = open()
    const [first, second] = await read({ bulk: true, ...(mark === undefined ? {} : { resume: mark }) }, again, 1 + (run % 2))
    await again.close()
    for (const page of [first, second]) {
      if (page === undefined) continue
      pages++
      for (const [name, one] of told([page])) seen.set(name, one)
      // what a kill leaves is the place of the last page that was committed
      mark = positionOf(positionText({ time: null, ...(page.mark === undefined ? {} : { mark: page.mark }) }))?.mark
      if (page.last) run = 50
    }
  }
  expect(seen).toEqual(whole)
  expect(asked('RunBulk')).toBe(1)
  expect(pages).toBeGreaterThan(5)
})

test('an address that has ended is asked for again, and the file goes on where it was', async () => {
  fill(5, 150)
  const pages: PageRead[] = []
  for await (const page of access.read('orders', null, { bulk: true })) {
    pages.push(page)
    if (page.waitMs !== undefined) clock.at += page.waitMs
    shop.bulk.endAddresses()
  }
  expect(told(pages)).toEqual(told(await read({})))
  expect(asked('RunBulk')).toBe(1)
})

test('a server that sends the whole file whatever is asked for is understood', async () => {
  fill(6, 120)
  shop.bulk.whole = true
  expect(told(await read())).toEqual(told(await read({})))
})

test('of a job that failed its part is taken, and the rest is read by page', async () => {
  fill(7, 60)
  shop.bulk.failNext(40)
  const pages = await read()
  expect(told(pages)).toEqual(told(await read({})))
  expect(pages.filter(({ mark }) => mark?.bulk !== undefined).flatMap(({ records }) => records).length).toBeGreaterThan(0)
  expect(asked('RunBulk')).toBe(1)
})

test('a job that takes too long is given up, and the stream is read by page', async () => {
  fill(8, 10)
  shop.bulk.spanMs = Number.MAX_SAFE_INTEGER
  const [first] = await read({ bulk: true }, access, 1)
  clock.at += 11 * 86_400_000
  const pages = await read({ bulk: true, ...(first?.mark === undefined ? {} : { resume: first.mark }) })
  expect(told(pages)).toEqual(told(await read({})))
  expect(shop.bulk.jobs.map(({ state }) => state)).toEqual(['CANCELED'])
})

test('a job whose file is gone is asked for anew, three times at most', async () => {
  fill(9, 5)
  shop.bulk.spanMs = 1000
  const pages: PageRead[] = []
  for await (const page of access.read('orders', null, { bulk: true })) {
    pages.push(page)
    if (page.waitMs !== undefined) clock.at += page.waitMs
    shop.bulk.expire()
  }
  expect(told(pages)).toEqual(told(await read({})))
  expect(asked('RunBulk')).toBe(3)
})

test('an empty shop has no file, and is read', async () => {
  const pages = await read()
  expect(pages.map(({ last }) => last)).toEqual([false, true])
  expect(pages.at(-1)?.checkpoint?.time).toBeTruthy()
})

test('a shop that is busy with other jobs, or loses the answer, is asked again later', async () => {
  fill(10, 3)
  shop.bulk.spanMs = 3_600_000
  for (let i = 0; i < 5; i++) await read({ bulk: true }, access, 1)
  await expect(read()).rejects.toMatchObject({ detail: { code: 'bulk-busy', recovery: 'retry' } })
  faults.arm('answer-lost', { times: 1, path: /bulk/ })
  clock.at += 3_600_000
  shop.bulk.spanMs = 0
  await expect(read()).rejects.toMatchObject({ detail: { recovery: 'retry' } })
  expect(told(await read())).toEqual(told(await read({})))
})

test('a short range is read by page', async () => {
  fill(11, 3)
  const from = { time: new Date(clock.at - 3_600_000).toISOString() }
  for await (const _ of access.read('orders', from, { bulk: true })) {
  }
  expect(asked('RunBulk')).toBe(0)
})
