import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { testShell } from '../testing/test-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'crossdock-stream-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'mappings', 'shop'), { recursive: true })
const write = (name: string, content: string | Json): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
const head = { version: '1.0.0', source: 'shop/order@1', target: 'plain@1', direction: 'pull' }
write('mappings/shop/order.json', {
  ...head,
  mapping: 'shop.order',
  fields: { no: 'id', total: { from: 'total', convert: 'decimal:2' }, day: { from: 'at', convert: 'utc', zone: 'America/New_York' } },
})
write('mappings/shop/export.json', {
  ...head,
  mapping: 'shop.export',
  fields: {
    currency: 'currency',
    orders: {
      each: 'data.orders',
      where: 'total != 0',
      fields: { no: 'id', place: { expr: 'position()' }, total: { from: 'total', convert: 'decimal:2' } },
    },
    inEuro: { each: 'data.orders', fields: { total: { from: 'total', convert: 'amount' } } },
  },
})
const shell = testShell({ folder })
const stream = (line: string) => shell.run(`map stream ${line} --workspace ${folder}`)
const lines = (text: string): readonly Json[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Json)

describe('crossdock map stream', () => {
  write(
    'orders.ndjson',
    '{"id":1,"total":"2"}\n\n{"id":2,"total":"x"}\n{"id":3,"tot\n{"id":4,"total":12345678901234567890.5,"at":"2026-03-08T02:30:00"}',
  )

  it('maps each line with the whole mapping, tells what failed and counts', async () => {
    const { out, err, code } = await stream('shop/order orders.ndjson')
    expect(lines(out)).toEqual([
      { no: 1, total: '2.00' },
      { no: 4, total: '12345678901234567890.50', day: '2026-03-08T07:30:00.000Z' },
    ])
    expect(err).toContain('item 1, bytes 22 to 42: DECIMAL /total: found x, expected decimal(2) (rule total)')
    expect(err).toContain('item 2, bytes 43 to 55: NOT_JSON')
    expect(err).toContain('ZONE_GAP /day')
    expect(err).toContain('Items: 4, written: 2, left out: 0, failed: 2; 122 bytes.')
    expect(code).toBe(1)
  })

  it('says with --json which item each line is of', async () => {
    const { out, err } = await stream('shop/order orders.ndjson --json')
    expect(err).toBe('')
    expect(lines(out)).toMatchObject([
      { item: 1, errors: [{ code: 'DECIMAL', from: '/total' }] },
      { item: 2, errors: [{ code: 'NOT_JSON' }] },
      { item: 0, from: 0, to: 20, value: { no: 1 } },
      { item: 3, errors: [], notes: [{ code: 'ZONE_GAP' }] },
      { item: 3, value: { no: 4 } },
      { items: 4, written: 2, failed: 2, bytes: 122 },
    ])
  })

  it('reads a list at the root or at a path, and writes results to a file', async () => {
    write('list.json', '\ufeff[{"id":1,"total":"2"},{"id":2,"total":3}]')
    write('inner.json', { meta: { orders: 1 }, data: { orders: [{ id: 9, total: '1' }] } })
    const listed = await stream('shop/order list.json --out out.ndjson')
    expect(listed).toMatchObject({ out: '', code: 0 })
    expect(lines(readFileSync(join(folder, 'out.ndjson'), 'utf8'))).toEqual([
      { no: 1, total: '2.00' },
      { no: 2, total: '3.00' },
    ])
    expect(lines((await stream('shop/order inner.json --at data.orders')).out)).toEqual([{ no: 9, total: '1.00' }])
  })

  it('feeds the items of one rule', async () => {
    write('export.json', {
      currency: 'EUR',
      data: {
        orders: [
          { id: 1, total: 0 },
          { id: 2, total: '1.5' },
          { id: 3, total: '4' },
        ],
      },
    })
    const { out, err, code } = await stream('shop/export export.json --rule orders')
    expect(lines(out)).toEqual([
      { no: 2, place: 1, total: '1.50' },
      { no: 3, place: 2, total: '4.00' },
    ])
    expect(err).toContain('Items: 3, written: 2, left out: 1, failed: 0')
    expect(code).toBe(0)
  })

  it('refuses a rule that needs more than an item, with the place in the mapping', async () => {
    const { out, err, code } = await stream('shop/export export.json --rule inEuro')
    expect(out).toMatch(/mappings\/shop\/export\.json:1:\d+ error E_STREAM .*'\$\.currency' leads out of the item/)
    expect(err).toContain('The mapping shop/export does not compile.')
    expect(code).toBe(1)
  })

  it('stops where the file is cut off, with what came before written', async () => {
    write('cut.json', '[{"id":1,"total":"2"},{"id":2,"to')
    const { out, err, code } = await stream('shop/order cut.json')
    expect(lines(out)).toEqual([{ no: 1, total: '2.00' }])
    expect(err).toContain('Stopped at byte 33: the file ends in the middle of item 1; it was cut off: send the whole file')
    expect(code).toBe(1)
  })

  it.each([
    ['shop/order none.json', 4, 'none.json'],
    ['shop/order list.json --out list.json', 2, 'is the file that is read'],
    ['shop/order list.json --out no/such/file', 2, 'cannot be written'],
    ['shop/export export.json --rule orders --at data', 2, 'give one of them'],
    ['shop/order list.json --push', 2, 'one way only'],
    ['shop/none list.json', 4, 'no mapping shop/none'],
  ])('`map stream %s` ends with %i', async (line, code, message) => {
    const run = await stream(line)
    expect(run.err + run.out).toContain(message)
    expect(run.code).toBe(code)
  })
})
