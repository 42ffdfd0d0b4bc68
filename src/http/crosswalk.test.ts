import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { fileHead, linkColumns, readFile, writeLine } from './crosswalk-files.ts'
import type { Line } from './crosswalk-write.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { deliveryRow, documentRow, insertRows } from './test-rows.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>([['product@1', {}]]) })
  await hub.context.database.write((tx) =>
    insertRows(tx, {
      documents: ['LAMP-RED', 'LAMP-BLUE', '=cmd()', 'a,"b"'].map((key) => documentRow(tenant, 'product', key, { body: '{}' })),
      deliveries: [deliveryRow(tenant, 'D1', { state: 'parked', reason: 'missing-link', waits_for: 'key:product/shop-us/LAMP-RED' })],
    }),
  )
})
afterAll(() => hub.close())

const put = (line: Line, more = {}) => hub.ask('PUT', '/v1/crosswalk', { json: { ...line }, ...more })
const red: Line = { type: 'product', connection: 'shop-us', externalKey: '77', key: 'LAMP-RED' }
const upload = (body: string, type = 'text/csv', query = '') =>
  hub.ask('POST', `/v1/crosswalk/import${query}`, { body, headers: { 'content-type': type } })

test('one line releases what waited for it, once', async () => {
  expect((await put(red)).json).toEqual({ outcome: 'made' })
  const delivery = await hub.context.database.read
    .selectFrom('delivery')
    .select(['state', 'waits_for'])
    .where('id', '=', 'D1')
    .executeTakeFirst()
  expect(delivery).toEqual({ state: 'due', waits_for: null })
  expect(hub.rings).toContainEqual({ kind: 'deliver', connection: 'shop-us' })
  expect((await put(red)).json).toEqual({ outcome: 'kept' })
})

test('a line that contradicts, or names what is not there, is refused', async () => {
  expect(await put({ ...red, key: 'LAMP-BLUE' })).toMatchObject({ status: 409, json: { type: 'urn:crossdock:problem:link-conflict' } })
  expect(await put({ ...red, externalKey: '78', key: 'LAMP-GREEN' })).toMatchObject({
    status: 422,
    json: { type: 'urn:crossdock:problem:no-document' },
  })
  expect(await put({ ...red, connection: 'constructor' })).toMatchObject({
    status: 422,
    json: { type: 'urn:crossdock:problem:unknown-connection' },
  })
  expect(await put({ ...red, type: 'prodct', externalKey: '79' })).toMatchObject({
    status: 422,
    json: { type: 'urn:crossdock:problem:unknown-type', detail: "nothing here links a 'prodct'; known are: product, unit" },
  })
  expect((await put({ ...red, key: '' })).status).toBe(400)
})

test('a file is tried, taken and taken again', async () => {
  const csv = 'key,type,connection,externalKey\r\nLAMP-BLUE,product,shop-us,79\r\nLAMP-GREEN,product,shop-us,80\r\nC62,unit,shop-us,pcs\r\n'
  expect((await upload(csv, 'text/csv', '?dryRun=true')).json).toMatchObject({ dryRun: true, made: 2, refused: 1 })
  expect((await hub.ask('GET', '/v1/crosswalk?externalKey=79')).json.items).toEqual([])
  expect((await upload(csv)).json).toEqual({
    dryRun: false,
    made: 2,
    kept: 0,
    changed: 0,
    refused: 1,
    faults: [{ line: 3, code: 'no-document', message: expect.stringContaining("no product 'LAMP-GREEN'") }],
  })
  expect((await upload(csv)).json).toMatchObject({ made: 0, kept: 2, refused: 1 })
})

test('lines are listed in their order and go out and in again', async () => {
  await put({ ...red, externalKey: '+81', key: '=cmd()' })
  await put({ ...red, externalKey: '82', key: 'a,"b"' })
  const listed = (await hub.ask('GET', '/v1/crosswalk?type=product&connection=shop-us&key=LAMP-RED')).json
  expect(listed).toMatchObject({ items: [{ externalKey: '77', linkedBy: 'person' }], next: null })
  const first = (await hub.ask('GET', '/v1/crosswalk?limit=2')).json
  expect((await hub.ask('GET', `/v1/crosswalk?limit=500&after=${first.next}`)).json.items).toHaveLength(3)
  const csv = await hub.ask('GET', '/v1/crosswalk/export')
  expect(csv.text).toContain("product,shop-us,'+81,'=cmd()\r\n")
  expect(csv.headers.get('content-disposition')).toContain('crosswalk.csv')
  expect((await upload(csv.text)).json).toMatchObject({ made: 0, kept: 5, refused: 0 })
  const ndjson = await hub.ask('GET', '/v1/crosswalk/export?format=ndjson')
  expect((await upload(ndjson.text, 'application/x-ndjson')).json).toMatchObject({ made: 0, kept: 5 })
  expect((await hub.ask('GET', '/v1/crosswalk/codes')).json).toEqual({ items: [], next: null, codes: { unit: { pcs: 'C62' } } })
})

test.each([
  ['type,connection,externalKey\r\na,b,c', /column 'key' is missing/],
  ['type,connection,externalKey,key,key\r\n', /named twice/],
  ['type,connection,externalKey,key\r\na,b,c', /Line 2: there are 3 cells/],
  ['type,connection,externalKey,key\r\na,b,"c', /Line 2: a quote is not closed/],
  ['type,connection,externalKey,key\r\na,b,"c"x,d', /stands after a closing quote/],
  ['type,connection,externalKey,key\r\na,b,c"x,d', /inside a cell without quotes/],
  ['type,connection,externalKey,key\n"a\n",b,c,d\na,b,,d', /Line 4: 'externalKey' must be/],
  ['', /first line must name/],
])('the file %j is refused whole', async (body, words) => {
  const { status, json } = await upload(body)
  expect(status).toBe(422)
  expect(json.detail).toMatch(words)
})

test('files of another kind, too many lines and broken rows are refused', async () => {
  expect((await upload('x', 'application/json')).status).toBe(415)
  expect((await upload(`type,connection,externalKey,key\n${'a,b,c,d\n'.repeat(20_001)}`)).json.detail).toMatch(/20000 lines/)
  expect((await upload('{"type":"a"', 'application/x-ndjson')).json.detail).toMatch(/not one JSON object/)
  expect((await upload('[1]', 'application/x-ndjson')).json.detail).toMatch(/'type' must be/)
  expect((await upload('{"type":1,"connection":"b","externalKey":"c","key":"d"}', 'application/x-ndjson')).json.detail).toMatch(
    /'type' must be/,
  )
})

test('what is written is what is read, whatever the texts hold', () => {
  const word = fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
      fc.constantFrom("'", '=1', '"', 'a\r\nb', ' ', '\t', '﻿', ',', "''=x"),
    )
    .filter((text) => text.isWellFormed() && !text.includes('\0'))
  const line = fc.record({ type: word, connection: word, externalKey: word, key: word })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('csv' as const, 'ndjson' as const), (lines, format) => {
      const file = fileHead(format, linkColumns) + lines.map((one) => writeLine(format, linkColumns, { ...one })).join('')
      expect(readFile(format, linkColumns, Buffer.from(file)).map(({ cells }) => cells)).toEqual(lines)
      for (const one of lines) expect(writeLine('csv', linkColumns, { ...one })).not.toMatch(/^"?[=+\-@\t\r]/)
    }),
  )
})
