import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../../catalog.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../../model/json.ts'
import { compileSchemas } from '../../model/schema.ts'
import { compileMapping } from '../compile.ts'
import type { SchemaLibrary } from '../schema-path.ts'
import { context } from '../testbed.ts'
import { inferSchema } from './infer.ts'
import { maxRecords, maxSampleText, recordsOf } from './samples.ts'
import { suggestMapping } from './suggest.ts'
import type { Suggestion } from './types.ts'
import { wordsOf } from './words.ts'

let schemas: SchemaLibrary
beforeAll(async () => {
  schemas = compileSchemas((await loadCatalog()).schemas).schemas
})
const suggest = (records: readonly JsonObject[], to = 'sales-order@1', maxSteps?: number): Suggestion =>
  suggestMapping(records, {
    id: 'sample.order',
    target: schemas.get(to) ?? {},
    schemas,
    tell: ({ code }) => code,
    ...(maxSteps === undefined ? {} : { maxSteps }),
  })
const placed = ({ lines }: Suggestion): Readonly<Record<string, string>> =>
  Object.fromEntries(lines.map(({ field, from }) => [field, from.join(', ')]))

const english: JsonObject = {
  orderNo: 'A-1',
  createdAt: '2026-11-23T08:30:00Z',
  orderStatus: 'awaiting_payment',
  ccy: 'USD',
  shipToName: 'Ann',
  shipToZip: '94103',
  shipToCountry: 'US',
  freight: '5.00',
  subTotal: '25.00',
  vatAmount: '3.00',
  grandTotal: '33.00',
  rows: [
    { rowId: 7, articleNo: 'CUP', descr: 'Cup', qty: 2, uom: 'pcs', pricePerUnit: 10, rowTotal: '20.00' },
    { rowId: 8, articleNo: 'PEN', descr: 'Pen &amp; ink', qty: 5, uom: 'pallet-x', pricePerUnit: 1, rowTotal: '5.00' },
  ],
}
const chinese: JsonObject = {
  订单编号: 'XS-1',
  下单时间: '2026-11-23 16:28:02',
  订单状态: '待发货',
  币种: 'CNY',
  客户名称: '上海海港贸易有限公司',
  收货人: '张三',
  收货电话: '13800000000',
  收货省份: '上海',
  收货城市: '上海',
  收货地址: '世纪大道 1 号',
  备注: '请尽快发货',
  商品金额: '130.00',
  运费: '10.00',
  优惠金额: '5.00',
  税额: '15.53',
  订单总额: '135.00',
  明细: [
    { 行号: 1, 商品编码: 'LAMP-RED', 商品名称: '红色台灯', 数量: 2, 单位: '个', 含税单价: '50.00', 金额: '100.00' },
    { 行号: 2, 商品编码: 'CUP', 商品名称: '杯子', 数量: 3, 单位: '箱', 含税单价: '10.00', 金额: '30.00' },
  ],
}

describe('names in two languages', () => {
  test('English, however it is abbreviated', () => {
    expect(placed(suggest([english]))).toMatchObject({
      number: 'orderNo',
      placedAt: 'createdAt',
      status: 'orderStatus',
      sourceStatus: 'orderStatus',
      currency: 'ccy',
      'shipTo.name': 'shipToName',
      'shipTo.postalCode': 'shipToZip',
      'shipTo.country': 'shipToCountry',
      'totals.linesTotal': 'subTotal',
      'totals.taxTotal': 'vatAmount',
      'totals.grandTotal': 'grandTotal',
      'lines[]': 'rows',
      'lines[].key': 'rows[].rowId',
      'lines[].quantity': 'rows[].qty',
      'lines[].unit': 'rows[].uom',
      'lines[].lineAmount': 'rows[].rowTotal',
    })
  })
  test('Chinese', () => {
    expect(placed(suggest([chinese]))).toMatchObject({
      number: '订单编号',
      placedAt: '下单时间',
      status: '订单状态',
      currency: '币种',
      'buyer.name': '客户名称',
      'shipTo.name': '收货人',
      'shipTo.contacts[phone].value': '收货电话',
      'shipTo.city': '收货城市',
      'shipTo.street[line1]': '收货地址',
      note: '备注',
      'totals.discountTotal': '优惠金额',
      'lines[].product.sku': '明细[].商品编码',
      'lines[].name': '明细[].商品名称',
      'lines[].unit': '明细[].单位',
      'lines[].unitPrice': '明细[].含税单价',
    })
  })
  test('words of a name', () => {
    expect(wordsOf('FBillNo')).toEqual(['bill', 'number'])
    expect(wordsOf('priceSubtotal')).toEqual(['price', 'subtotal'])
    expect(wordsOf('qty_on_hand')).toEqual(['quantity', 'onhand'])
    expect(wordsOf('outer_sku_id')).toEqual(['outer', 'sku', 'id'])
    expect(wordsOf('收货人电话')).toEqual(['receiver', 'name', 'phone'])
  })
})

describe('a draft', () => {
  const draftOf = (records: readonly JsonObject[]) => {
    const made = suggest(records)
    const { mapping, faults } = compileMapping(made.text, {
      file: 'draft.json',
      schemas,
      sourceSchema: inferSchema(records, made.file.source),
      targetSchema: { ...schemas.get('sales-order@1'), required: [], $defs: { line: { type: 'object' } } },
    })
    if (mapping === undefined) throw new Error(JSON.stringify(faults))
    return { made, mapping }
  }
  test('runs: converters, tables and constants fit the samples', () => {
    const { mapping } = draftOf([english])
    expect(mapping.pull(english, context())).toMatchObject({
      ok: true,
      value: {
        number: 'A-1',
        status: 'open',
        sourceStatus: 'awaiting_payment',
        placedAt: '2026-11-23T08:30:00.000Z',
        issueDate: '2026-11-23',
        seller: { ref: { type: 'party', key: 'harbour' } },
        taxBasis: 'exclusive',
        charges: [{ kind: 'shipping', amount: '5.00' }],
        totals: { linesTotal: '25.00', grandTotal: '33.00' },
        lines: [
          { key: '7', quantity: '2', unit: 'EA', lineAmount: '20.00' },
          { key: '8', name: 'Pen & ink', unit: 'unknown' },
        ],
      },
    })
  })
  test('says what is proven, and by what', () => {
    const { lines } = suggest([english])
    expect(lines.find(({ field }) => field === 'taxBasis')).toEqual({
      field: 'taxBasis',
      from: [],
      confidence: 90,
      evidence: [{ code: 'foots', sum: 'subTotal + freight + vatAmount = grandTotal' }],
    })
    expect(lines.find(({ field }) => field === 'lines[].quantity')?.evidence).toContainEqual({
      code: 'foots',
      sum: 'qty * pricePerUnit = rowTotal',
    })
  })
  test('a line whose amount is not said is quantity times price, surer where it adds up to the total', () => {
    const line = (quantity: number, price: string): JsonObject => ({ id: quantity, name: 'x', quantity, price })
    const of = (subtotal: string) => suggest([{ subtotal, currency: 'USD', lines: [line(2, '1.50'), line(3, '4.00')] }])
    const amount = (made: Suggestion) => made.lines.find(({ field }) => field === 'lines[].lineAmount')
    expect(amount(of('15.00'))).toMatchObject({ confidence: 90, from: ['lines[].quantity', 'lines[].price'] })
    expect(amount(of('16.00'))).toMatchObject({ confidence: 60, evidence: [{ code: 'usual' }] })
  })
  test('what it cannot place stands on both sides, and is never made up', () => {
    const made = suggest([{ ...english, warehouseCodeOfOld: 'W', rows: [{ rowId: 7, qty: 1 }] }])
    expect(made.unwritten.map(({ field }) => field)).toEqual(['lines[].product', 'lines[].name', 'lines[].unit', 'lines[].lineAmount'])
    expect(made.unused).toContainEqual({ path: 'warehouseCodeOfOld', form: 'text' })
    expect(made.faults.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(Array(4).fill('E_UNMAPPED'))
  })
  test('codes it does not know are listed, not guessed', () => {
    const made = suggest([{ ...english, orderStatus: 'gruschel' }, english])
    expect(made.openCodes).toContainEqual({ lookup: 'status', codes: ['gruschel'] })
    expect(made.file.lookups?.status).toEqual({ awaiting_payment: 'open' })
  })
  test('every line carries its confidence and reason as a note', () => {
    const notes: string[] = []
    const walk = (json: Json | undefined): void => {
      if (Array.isArray(json)) json.forEach(walk)
      else if (isObject(json)) {
        if (typeof json.note === 'string') notes.push(json.note)
        Object.values(json).forEach(walk)
      }
    }
    const made = suggest([english])
    walk(parseJson(made.text))
    expect(notes.length).toBe(made.lines.length)
    expect(notes.every((note) => /^\d+ %: [a-z; ]+$/.test(note))).toBe(true)
  })
  test('a list of items that a code tells apart is read by that code', () => {
    const addresses = [
      { type: 'billing', city: 'Ulm', country: 'DE' },
      { type: 'shipping', city: 'Bonn', country: 'DE' },
    ]
    expect(placed(suggest([{ ...english, addresses }]))).toMatchObject({
      'shipTo.city': "addresses[type='shipping'].city",
      'billTo.city': "addresses[type='billing'].city",
    })
  })
})

describe('laws', () => {
  const names = [
    'id',
    'number',
    'status',
    'total',
    'qty',
    'price',
    'items',
    'address',
    "it's",
    '__proto__ ',
    'toString',
    'a`$b',
    '名称',
    ']x',
    ' ',
  ]
  const leaf = fc.constantFrom<Json>(null, '', 'open', '12.50', 3, true, '2026-11-23', 'USD', "'); throw 1//", '\u2028')
  const record = fc.letrec<{ readonly object: JsonObject; readonly any: Json }>((tie) => ({
    object: fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 6, noNullPrototype: true }) as fc.Arbitrary<JsonObject>,
    any: fc.oneof({ maxDepth: 3, depthSize: 'small' }, leaf, tie('object'), fc.array(tie('object'), { maxLength: 3 })),
  })).object

  test('the order of records and of their fields does not matter, and the same gives the same', () => {
    const turned = (json: Json): Json =>
      Array.isArray(json)
        ? json.map(turned)
        : isObject(json)
          ? Object.fromEntries(
              Object.entries(json)
                .reverse()
                .map(([name, field]) => [name, turned(field as Json)]),
            )
          : json
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (records) => {
        const one = suggest([english, ...records])
        expect(suggest([english, ...records])).toEqual(one)
        expect(
          suggest(
            [...records]
              .reverse()
              .map((other) => turned(other) as JsonObject)
              .concat(turned(english) as JsonObject),
          ),
        ).toEqual(one)
      }),
      { numRuns: 15 },
    )
  })
  test('whatever stands in a sample, the draft is a file that the checker reads, with no fault of its own making', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), fc.constantFrom('sales-order@1', 'product@1'), (records, to) => {
        const codes = new Set(
          suggest(records, to)
            .faults.filter(({ severity }) => severity === 'error')
            .map(({ code }) => code),
        )
        for (const code of codes) expect(['E_UNMAPPED', 'E_REQUIRED', 'E_LOOKUP_GAP']).toContain(code)
      }),
      { numRuns: 40 },
    )
  })
})

describe('samples', () => {
  const text = (content: string, file = 'a.json') => ({ file, text: content })
  test('one record, a list, one a line, a place inside', () => {
    expect(recordsOf([text('{"a":1}')])).toEqual([{ a: 1 }])
    expect(recordsOf([text('[{"a":1},{"a":2}]'), text('{"a":3}\n{"a":4}\n')])).toEqual([1, 2, 3, 4].map((a) => ({ a })))
    expect(recordsOf([text('{"data":{"orders":[{"a":1}]}}')], 'data.orders')).toEqual([{ a: 1 }])
  })
  test.each([
    ['[1]', '', /a record is an object, this is 1/],
    ['{"a":1}', 'b', /a\.json has nothing at 'b'/],
    ['{"a":\n1', '', /a\.json is not JSON/],
    ['{"a":1}\n{"a":', '', /a\.json, line 2 is not JSON/],
    ['[]', '', /the samples have no record/],
    ['{"__proto__":{"x":1}}', '', /__proto__/],
  ])('%s at %j is refused', (content, path, message) => {
    expect(() => recordsOf([text(content)], path)).toThrow(message)
  })
  test('limits: text, records, work', () => {
    expect(() => recordsOf([text(' '.repeat(maxSampleText + 1))])).toThrow(/larger than 10 MB/)
    expect(() => recordsOf([text(JSON.stringify(Array(maxRecords + 1).fill({})))])).toThrow(/more than 1000 records/)
    expect(() => suggest([english], 'sales-order@1', 1_000)).toThrow(/more work than may be spent/)
  })
})
