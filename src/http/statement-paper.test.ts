import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { readPdf, readZip } from '../papers/paper-kit.ts'
import type { Call } from './route.ts'
import { statementPaperRoutes } from './statement-paper.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
let supplier = ''
let other = ''
let number = ''
let hash = ''
beforeAll(async () => {
  hub = await openTestHub({
    schemas: new Map<string, JsonObject>(['party', 'payment'].map((type) => [`${type}@1`, {}])),
    settings: { timeZone: 'Asia/Shanghai' },
  })
  for (const [key, name] of [
    ['us', 'Harbour'],
    ['S1', '宁波灯具'],
    ['S2', 'Others'],
  ] as const)
    await hub.ask('PUT', '/v1/documents/party/one', { json: { key, document: { number: key, name, roles: ['supplier'] } } })
  supplier = await hub.addKey(['read', 'write'], { party: 'S1' })
  other = await hub.addKey(['read', 'write'], { party: 'S2' })
  await fee('F1', '100.00')
  const made = await post('', { kind: 'supplier', owner: 'us', party: 'S1', currency: 'CNY', until: '2026-11-10' })
  number = String(made.json.number)
  hash = String(made.json.hash)
})
afterAll(() => hub.close())

const fee = (name: string, amount: string, date = '2026-11-05') =>
  hub.ask('POST', '/v1/payables/fees', {
    json: { number: name, supplier: 'S1', owner: 'us', bearer: 'us', amount, currency: 'CNY', date },
  })
const post = (path: string, json: JsonObject, key?: string) =>
  hub.ask('POST', `/v1/statements${path}`, { json, ...(key === undefined ? {} : { key }) })
const file = (more: string, key?: string) => hub.ask('GET', `/v1/statements/${number}/${more}`, key === undefined ? {} : { key })
const textsOf = async (more = 'pdf', key?: string) => readPdf(Buffer.from((await file(more, key)).bytes)).flat()

test('a party gets the file of what was published to it, the same as the operator gets, and nobody else any', async () => {
  for (const form of ['pdf', 'xlsx']) expect((await file(form, supplier)).status, form).toBe(404)
  expect((await post(`/${number}/publish`, {})).status).toBe(200)
  for (const form of ['pdf', 'xlsx']) {
    const [ours, theirs] = [await file(form), await file(form, supplier)]
    expect(theirs.status).toBe(200)
    expect(Buffer.from(theirs.bytes).equals(ours.bytes)).toBe(true)
    expect(theirs.headers.get('content-disposition')).toBe(`attachment; filename="${number}-1.${form}"`)
    expect(theirs.headers.get('x-statement-hash')).toBe(hash)
    expect((await file(form, other)).status).toBe(404)
  }
  const texts = await textsOf('pdf?lang=zh', supplier)
  for (const text of ['对账单', '版本 1 · 已发布', 'Harbour', '宁波灯具', hash, '费用', '付款单 hub/F1', '100.00'])
    expect(texts).toContain(text)
  expect(texts.some((text) => text.endsWith(' Asia/Shanghai'))).toBe(true)
  const sheet = readZip(Buffer.from((await file('xlsx')).bytes)).get('xl/worksheets/sheet1.xml')
  expect(sheet).toContain('<v>100</v>')
})

test('another content than the one that is meant is refused, and the file says which version it is', async () => {
  expect((await file(`pdf?hash=${hash}`)).status).toBe(200)
  expect((await post(`/${number}/dispute`, { hash, disputes: [{ reason: 'one is missing' }] }, supplier)).status).toBe(200)
  await fee('F2', '7.77')
  const revised = (await post(`/${number}/revise`, {})).json
  for (const form of ['pdf', 'xlsx'])
    expect((await file(`${form}?hash=${hash}`)).json).toMatchObject({ type: 'urn:crossdock:problem:outdated-version' })
  const texts = await textsOf(`pdf?hash=${revised.hash}`)
  for (const text of ['Version 2 · not published', '107.77', 'Payment hub/F2', String(revised.hash)]) expect(texts).toContain(text)
})

test('a name is the one that the party had when the version was made', async () => {
  hub.clock.now += 1000
  const renamed = { key: 'S1', document: { number: 'S1', name: 'Renamed', roles: ['supplier'] } }
  expect((await hub.ask('PUT', '/v1/documents/party/one', { json: renamed })).status).toBe(200)
  expect(await textsOf()).toContain('宁波灯具')
})

test('no more files than four are written at once; one that is left makes room', async () => {
  const [pdf] = statementPaperRoutes
  const call = { hub: hub.context, who: { tenant }, servedOf: () => undefined, params: { id: number }, query: {} } as unknown as Call
  const open = async () => (await pdf?.handle?.(call)) as { readonly bytes: ReadableStream<Uint8Array> }
  const streams = [await open(), await open(), await open(), await open()]
  await expect(open()).rejects.toMatchObject({ status: 503, code: 'busy' })
  await streams[0]?.bytes.cancel()
  streams[0] = await open()
  for (const { bytes } of streams) expect((await new Response(bytes).bytes()).length).toBeGreaterThan(1000)
  await (await open()).bytes.cancel()
})

test('a file whose lines do not come to what the statement says is not finished', async () => {
  await hub.context.database.write((tx) =>
    tx.updateTable('statement').set({ closing: 1n }).where('tenant', '=', tenant).where('key', '=', number).execute(),
  )
  // of a page nothing was sent yet, the workbook breaks off
  expect((await file('pdf')).status).toBe(500)
  await expect(file('xlsx')).rejects.toThrow()
})
