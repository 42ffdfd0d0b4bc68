import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { codeColumns, fileHead, readFile, writeLine } from './crosswalk-files.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { documentRow, insertRows } from './test-rows.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ schemas: new Map<string, JsonObject>([['product@1', {}]]) })
  await hub.context.database.write((tx) =>
    insertRows(tx, { documents: [documentRow(tenant, 'product', 'LAMP', { body: JSON.stringify({ sku: 'LAMP', baseUnit: 'EA' }) })] }),
  )
})
afterAll(() => hub.close())

const path = '/v1/crosswalk/codes'
const put = (json: JsonObject) => hub.ask('PUT', path, { json })
const upload = (body: string, query = '') => hub.ask('POST', `${path}/import${query}`, { body, headers: { 'content-type': 'text/csv' } })

test('a code is saved once, told, and ended once', async () => {
  expect((await put({ kind: 'unit', code: 'st', hub: 'C62', connection: 'shop-us' })).json).toEqual({ outcome: 'made' })
  expect((await put({ kind: 'unit', code: 'st', hub: 'C62', connection: 'shop-us' })).json).toEqual({ outcome: 'kept' })
  expect(await put({ kind: 'unit', code: 'st', hub: 'KGM', connection: 'shop-us' })).toMatchObject({
    status: 409,
    json: { type: 'urn:crossdock:problem:code-conflict' },
  })
  expect((await put({ kind: 'unit', code: 'st', hub: 'C62', connection: 'nobody' })).status).toBe(422)
  const { items, codes } = (await hub.ask('GET', `${path}?connection=shop-us`)).json
  expect(items).toMatchObject([{ kind: 'unit', code: 'st', hub: 'C62', validFrom: null, endedAt: null }])
  expect(codes).toEqual({ unit: { pcs: 'C62' } })
  const [saved] = items as { id: string }[]
  expect((await hub.ask('DELETE', `${path}/${saved?.id}`)).json).toEqual({ ended: true })
  expect((await hub.ask('DELETE', `${path}/${saved?.id}`)).json).toEqual({ ended: false })
  expect((await hub.ask('DELETE', `${path}/nothing`)).status).toBe(404)
  expect((await hub.ask('GET', path)).json.items).toEqual([])
  expect((await hub.ask('GET', `${path}?ended=true`)).json.items).toMatchObject([{ code: 'st', endedBy: expect.any(String) }])
  const told = await hub.context.database.read.selectFrom('journal').select(['kind', 'type', 'key']).orderBy('id').execute()
  expect(told).toEqual([
    { kind: 'code-saved', type: 'unit', key: 'st' },
    { kind: 'code-ended', type: 'unit', key: 'st' },
  ])
})

test('a file is tried, taken, taken again, and comes out as it went in', async () => {
  const csv =
    'kind,code,hub,connection,product,factor,validFrom\r\nunit,CTN,XCT,shop-us,LAMP,12,2026-12-01\r\nunit,kg,KGM,,,,\r\nunit,kg,LBR,,,,\r\n'
  expect((await upload(csv, '?dryRun=true')).json).toMatchObject({ dryRun: true, made: 2, refused: 1 })
  expect((await hub.ask('GET', path)).json.items).toEqual([])
  expect((await upload(csv)).json).toMatchObject({ made: 2, kept: 0, refused: 1, faults: [{ line: 4, code: 'code-conflict' }] })
  expect((await upload(csv)).json).toMatchObject({ made: 0, kept: 2, refused: 1 })
  const out = await hub.ask('GET', `${path}/export?kind=unit`)
  expect(out.text).toBe(
    'kind,code,hub,connection,organisation,product,factor,validFrom,validTo\r\nunit,CTN,XCT,shop-us,,LAMP,12,2026-12-01,\r\nunit,kg,KGM,,,,,,\r\n',
  )
  expect((await upload(out.text)).json).toMatchObject({ made: 0, kept: 2, refused: 0 })
  const ndjson = await hub.ask('GET', `${path}/export?format=ndjson`)
  expect(ndjson.text.split('\n')[1]).toBe('{"kind":"unit","code":"kg","hub":"KGM"}')
  expect((await upload('kind,code\r\nunit,x')).json.detail).toMatch(/column 'hub' is missing/)
  const page = (await hub.ask('GET', `${path}?limit=1`)).json
  expect((await hub.ask('GET', `${path}?limit=1&after=${page.next}`)).json).toMatchObject({ items: [{ code: 'kg' }], next: null })
})

test('what is written is what is read, whatever the texts hold', () => {
  const word = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0'))
  const line = fc.record({
    kind: word,
    code: word,
    hub: word,
    product: fc.oneof(word, fc.constant('')),
    validTo: fc.constantFrom('', '2026-01-01'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('csv' as const, 'ndjson' as const), (lines, format) => {
      const file = fileHead(format, codeColumns) + lines.map((one) => writeLine(format, codeColumns, one)).join('')
      const rest = { connection: '', organisation: '', factor: '', validFrom: '' }
      expect(readFile(format, codeColumns, Buffer.from(file)).map(({ cells }) => cells)).toEqual(lines.map((one) => ({ ...rest, ...one })))
    }),
  )
})
