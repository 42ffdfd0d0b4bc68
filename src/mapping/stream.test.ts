import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../model/json.ts'
import { openSlicer } from '../model/slicer.ts'
import { compileStream, type ItemMapping, type ItemResult } from './stream.ts'
import { type ItemReport, runStream } from './stream-run.ts'
import { brief, compiled, context, file } from './testbed.ts'
import type { CompileOptions, RuleOrPath } from './types.ts'

function stream(text: string, rule = 'lines', options: Partial<CompileOptions> = {}): ItemMapping {
  const { stream: found, faults } = compileStream(text, rule, { file: 'test.json', ...options })
  if (found === undefined) throw new Error(faults.map(({ code, path, message }) => `${code} ${path}: ${message}`).join('\n'))
  return found
}

const each = (fields: Record<string, RuleOrPath>, more: JsonObject = {}): Record<string, RuleOrPath> => ({
  lines: { each: 'orders', fields, ...more },
})
const mapAll = (text: string, items: readonly Json[], rule?: string): readonly ItemResult[] =>
  items.map(stream(text, rule).start(context()))

describe('a streamed rule', () => {
  const text = file(
    {
      head: 'name',
      group: {
        from: 'data',
        let: { rate: '0.5' },
        fields: {
          lines: {
            each: '$.data.orders',
            where: 'qty > 0',
            let: { net: 'price * qty' },
            fields: {
              no: { expr: 'position()' },
              id: { from: 'id', convert: 'text' },
              net: { expr: 'net * rate', convert: "amount:'USD'" },
              books: '@.books',
              at: { from: 'at', convert: 'utc', zone: '@.config.timeZone' },
              parts: { each: 'parts', fields: { of: '^.id', no: { expr: 'position()' }, share: { expr: 'sum(^.parts, n)' } } },
              code: { from: 'code', lookup: 'codes', else: '-' },
            },
          },
        },
      },
    },
    { lookups: { codes: { a: 'A' } } },
  )
  const item = fc.record(
    {
      id: fc.oneof(fc.nat(), fc.string()),
      qty: fc.integer({ min: -1, max: 3 }),
      price: fc.constantFrom('1.25', 2, '0.1', '12,5', null),
      at: fc.constantFrom('2026-11-24T08:00:00', '2026-11-24T08:00:00+02:00', 'never'),
      parts: fc.array(fc.record({ n: fc.nat(9) }), { maxLength: 3 }),
      code: fc.constantFrom('a', 'b', ''),
    },
    { requiredKeys: ['id', 'qty'] },
  )

  it('makes of each item what the whole mapping makes of it, with the same errors at the same places', () => {
    const whole = compiled(text)
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), (orders) => {
        const good = orders.filter((one) => mapAll(text, [one], 'group.lines').every(({ kind }) => kind !== 'failed'))
        const values = mapAll(text, good, 'group.lines').flatMap((result) => (result.kind === 'written' ? [result.value] : []))
        const result = whole.pull({ data: { orders: good } }, context())
        expect(result).toMatchObject({ ok: true, value: { group: { lines: values } } })
        const bad = orders.find((one) => !good.includes(one))
        if (bad === undefined) return
        const [only] = mapAll(text, [bad], 'group.lines')
        const refused = whole.pull({ data: { orders: [bad] } }, context())
        expect(only?.kind === 'failed' && only.errors).toEqual(!refused.ok && refused.errors)
      }),
      { numRuns: 300 },
    )
  })

  it('counts positions of what is written, and says where an item stands in the file', () => {
    const results = mapAll(
      text,
      [
        { id: 1, qty: 1 },
        { id: 2, qty: 0 },
        { id: 3, qty: 1 },
        { id: 4, qty: 1, price: 'x' },
      ],
      'group.lines',
    )
    expect(results.map(({ kind }) => kind)).toEqual(['written', 'left-out', 'written', 'failed'])
    expect(results[2]).toMatchObject({ value: { no: 2, id: '3' } })
    expect(results[3]).toMatchObject({ errors: [{ from: '/data/orders/3/price', to: '/group/lines/2/net' }] })
  })

  it('leaves bad items out where the rule says so, with a note', () => {
    const skipping = file(each({ n: { from: 'n', convert: 'decimal' } }, { onError: 'skipItem' }))
    const [first, second] = mapAll(skipping, [{ n: 'x' }, { n: 1 }])
    expect(first).toMatchObject({
      kind: 'left-out',
      notes: [{ code: 'ERROR_SKIPPED', from: '/orders/0/n', to: '/lines/0/n', error: { from: '/orders/0/n' } }],
    })
    expect(second).toEqual({ kind: 'written', value: { n: '1' }, notes: [] })
  })

  it('keeps sensitive values out of errors, and warns as the whole mapping does', () => {
    const sourceSchema = {
      type: 'object',
      properties: { orders: { type: 'array', items: { type: 'object', properties: { card: { type: 'string', 'x-sensitive': true } } } } },
    }
    const result = stream(file(each({ n: { from: 'card', convert: 'decimal' } })), 'lines', { sourceSchema }).start(context())(
      { card: '4111-1111' },
      0,
    )
    expect(result).toMatchObject({ kind: 'failed', errors: [{ found: '***' }] })
  })

  it('runs push rules in their direction', () => {
    const push = JSON.stringify({
      mapping: 'test',
      version: '1',
      source: 'hub',
      target: 'app',
      direction: 'push',
      push: { 'order.rows': { each: 'lines', item: { from: 'day', convert: 'ymd' } } },
    })
    expect(mapAll(push, [{ day: '2026-11-24' }], 'order.rows')).toEqual([{ kind: 'written', value: '20261124', notes: [] }])
  })
})

describe('E_STREAM', () => {
  const refused = (fields: Record<string, RuleOrPath>, rule = 'lines', more: JsonObject = {}): readonly string[] =>
    compileStream(file(fields, more), rule, { file: 'test.json' }).faults.map(({ code, path, message, suggestion }) => {
      expect(suggestion ?? '').not.toBe('')
      return `${code} ${path}: ${message}`
    })

  it.each<[string, Record<string, RuleOrPath>, string, JsonObject?]>([
    ['$', each({ a: '$.currency' }), "'$.currency' leads out of the item"],
    ['^', each({ a: '^.currency' }), "'^.currency' leads out of the item"],
    ['^^ in a nested list', each({ a: { each: 'rows', fields: { b: '^.^.c' } } }), "'^.^.c' leads out"],
    ['^ in sum', each({ a: { expr: 'sum(rows, n * ^.^.rate)' } }), "'^.^.rate' leads out"],
    ['the list', each({ a: { expr: 'sum($.orders, n)' } }), "'$.orders' is the streamed list"],
    ['count', each({ a: { expr: 'count($.orders)' } }), "'$.orders' is the streamed list"],
    ['let', each({ a: { expr: 'total' } }), "'orders' leads out", { let: { total: 'sum(orders, n)' } }],
    ['currency', each({ a: { from: 'n', convert: 'amount' } }), "'$.currency' leads out"],
    ['zone', each({ a: { from: 'n', convert: 'utc', zone: '$.zone' } }), "'$.zone' leads out"],
    ['where', each({ a: 'a' }, { where: 'n > $.least' }), "'$.least' leads out"],
    ['when', each({ a: 'a' }, { when: 'n > 1' }), "'n' leads out"],
    ['inner when', each({ a: { from: 'a', when: 'has($.x)' } }), "'$.x' leads out"],
    ['several paths', each({ a: { from: ['a', '^.a'] } }), "'^.a' leads out"],
    ['omit', each({ a: 'a' }, { onError: 'omit' }), 'leaves out the whole list for one bad item'],
    ['match', { lines: { each: "parties[role='ST'].orders", item: '.' } }, 'one path of names'],
    ['context', { lines: { each: '@.config.orders', item: '.' } }, 'one path of names'],
  ])('refuses what needs more than the item: %s', (_, fields, message, more) => {
    const [first, ...rest] = refused(fields, 'lines', more)
    expect(first).toContain('E_STREAM')
    expect(first).toContain(message)
    expect(rest).toEqual([])
  })

  it('names the rules there are', () => {
    expect(refused({ rows: { each: 'orders', item: 'id' }, x: 'y' }, 'row')).toEqual([
      "E_STREAM row: no rule 'row' takes the items of a list; the rules with 'each' are: rows",
    ])
    expect(refused({ rows: { list: [{ each: 'orders', item: 'id' }] } }, 'rows')[0]).toContain("'list' puts several sources")
    expect(refused({ g: { from: ['a', 'b'], fields: each({ a: 'a' }) } }, 'g.lines')[0]).toContain('one path of names')
    const inner = { a: { each: 'rows', item: 'id' } }
    expect(refused(each(inner), 'lines[].a')[0]).toContain('inside the items of another list')
  })

  it('gives line and column', () => {
    const text = file(each({ a: '$.x' })).replace('"a":', '\n"a":')
    expect(compileStream(text, 'lines', { file: 'test.json' }).faults).toMatchObject([{ line: 2, column: 6, path: 'lines[].a' }])
  })

  it('comes beside the faults of the file', () => {
    const { stream: none, faults } = compileStream(file(each({ a: { from: '$.a', convert: 'no' } })), 'lines', { file: 'test.json' })
    expect(none).toBeUndefined()
    expect(faults.map(({ code }) => code)).toEqual(['E_CONVERT'])
  })

  it('lets pass what the item and the context give', () => {
    expect(
      refused(each({ a: { expr: 'sum(rows, ^.n)' }, b: { expr: 'day' } }, { when: "@.connection == 'shop'" }), 'lines', {
        let: { day: '@.zone' },
      }),
    ).toEqual([])
  })
})

describe('a run over a file', () => {
  const map = () => stream(file(each({ n: { from: 'n', convert: 'decimal' } }))).start(context())
  async function run(bytes: Buffer, size = 5) {
    const values: Json[] = []
    const reports: ItemReport[] = []
    async function* chunks() {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    }
    const count = await runStream(chunks(), openSlicer({ shape: 'list', path: ['orders'], maxItemBytes: 40 }), map(), {
      written: async (found) => void values.push(...found),
      reported: (report) => void reports.push(report),
    })
    return { values, reports, count }
  }

  it('writes what is good, reports what is not with item and bytes, and counts', async () => {
    const text = `{"orders":[{"n":1},{"n":"x"},{"n":1,},{"n":"${'9'.repeat(60)}"},{"n":10000000000000000001},{}]}`
    const { values, reports, count } = await run(Buffer.from(text))
    expect(values).toEqual([{ n: '1' }, { n: '10000000000000000001' }])
    expect(reports.map(({ item, from, to, errors }) => [item, text.slice(from, to).slice(0, 9), errors[0]?.code])).toEqual([
      [1, '{"n":"x"}', 'DECIMAL'],
      [2, '{"n":1,}', 'NOT_JSON'],
      [3, '{"n":"999', 'TOO_LARGE'],
    ])
    expect(count).toEqual({ items: 6, written: 2, leftOut: 1, failed: 3, bytes: text.length })
  })

  it('says how far it came in a file that is cut off', async () => {
    const { values, count } = await run(Buffer.from('{"orders":[{"n":1},{"n":2},{"n'))
    expect(values).toEqual([{ n: '1' }, { n: '2' }])
    expect(count).toMatchObject({
      items: 2,
      written: 2,
      stopped: 'byte 30: the file ends in the middle of item 2; it was cut off: send the whole file',
    })
  })

  it('refuses names of a prototype as whole files do', async () => {
    const { reports } = await run(Buffer.from('{"orders":[{"__proto__":1}]}'))
    expect(reports).toMatchObject([{ errors: [{ code: 'NOT_JSON', expected: expect.stringContaining('__proto__') }] }])
  })
})

it('reports errors in short as the test bed does', () => {
  const [result] = mapAll(file(each({ n: { from: 'n', missing: 'reject' } })), [{}])
  expect(result?.kind === 'failed' && result.errors.map(brief)).toEqual(['MISSING /orders/0/n'])
})
