import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { orderLinesOf, orderStatesOf } from '../store/order.ts'
import { answerOrder, type LineAnswer, type OrderAnswer } from './answer-order.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, purchase, purchaseLine, receipt, record } from './ledger-kit.ts'
import { amendOrder, createOrder, moveOrder } from './purchase-commands.ts'
import { documentNow, history } from './read.ts'
import { moveReceipt, type ReceivedLine, receiveGoods } from './receive-goods.ts'
import { verify } from './verify.ts'

const { validators } = compileSchemas(await readSchemas(join(import.meta.dirname, '..', '..', 'schemas')))
const fits = (type: string, body: JsonObject) => validators.get(`${type}@1`)?.(body)
const author = { actor: 'key-1', why: 'test' }

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
})

const item = (sku: string): JsonObject => ({ ref: { type: 'product', key: sku }, sku })
const line = (sku: string, quantity: string, more: JsonObject = {}): JsonObject => ({
  product: item(sku),
  quantity,
  unit: 'EA',
  unitPrice: '3.335',
  ...more,
})
const head: JsonObject = {
  issueDate: '2026-11-23',
  buyer: { name: 'Harbour' },
  seller: { name: 'Ningbo' },
  currency: 'CNY',
  taxBasis: 'none',
}
const create = async (
  lines: readonly JsonObject[],
  more: JsonObject = {},
  options: { readonly number?: string; readonly issue?: boolean } = {},
) =>
  (
    await kit.work((books) =>
      createOrder(
        books,
        {
          document: { ...head, lines, ...more },
          issue: options.issue ?? true,
          author,
          ...(options.number === undefined ? {} : { number: options.number }),
        },
        fits,
      ),
    )
  ).result
const amend = async (key: string, changes: JsonObject, seen?: number) =>
  (await kit.work((books) => amendOrder(books, { key, changes, author, ...(seen === undefined ? {} : { seen }) }, fits))).result
const move = async (key: string, to: 'issued' | 'closed' | 'cancelled') =>
  (await kit.work((books) => moveOrder(books, { key, to, author }, fits))).result
const answer = async (order: string, kind: OrderAnswer['kind'], lines: readonly LineAnswer[] = []) =>
  (await kit.work((books) => answerOrder(books, { order, kind, lines, author }, fits))).result
const receive = async (
  order: string | undefined,
  lines: readonly ReceivedLine[],
  kind: 'receipt' | 'supplier-return' = 'receipt',
  draft = false,
) =>
  (
    await kit.work((books) =>
      receiveGoods(
        books,
        { kind, head: { location: { code: 'MAIN' } }, lines, draft, author, ...(order === undefined ? {} : { order }) },
        fits,
      ),
    )
  ).result
const turn = async (key: string, to: 'posted' | 'reversed') =>
  (await kit.work((books) => moveReceipt(books, { key, to, author }, fits))).result
const figures = async (key: string) =>
  (await orderLinesOf(kit.database.read, kitTenant, 'purchase-order', [key])).map(
    ({ line: name, quantity, confirmed, received, rejected, open, cancelled }) => ({
      line: name,
      quantity: Number(quantity) / 1e6,
      confirmed: Number(confirmed) / 1e6,
      received: Number(received) / 1e6,
      rejected: Number(rejected) / 1e6,
      open: Number(open) / 1e6,
      cancelled: Number(cancelled) / 1e6,
    }),
  )
const findings = async () =>
  (await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('code').execute()).map(
    ({ code, path, key, detail }) => [code, key, path, JSON.parse(detail) as JsonObject],
  )
const refused = (code: string, says: RegExp = /./) => ({ detail: { code, recovery: 'reject' }, message: expect.stringMatching(says) })

describe('orders of the hub', () => {
  test('numbers follow each other without gaps, also after a refusal and beside numbers that were given', async () => {
    expect((await create([line('A', '5')])).key).toBe('hub/PO-2026-00001')
    await expect(create([line('A', '5', { unit: 'XPA' })])).rejects.toMatchObject(refused('unknown-unit', /XPA/))
    await create([line('A', '5')], {}, { number: 'PO-2026-00002' })
    expect((await create([line('A', '5')])).number).toBe('PO-2026-00003')
    await expect(create([line('A', '1')], {}, { number: 'PO-2026-00003' })).rejects.toMatchObject(refused('number-taken'))
    expect((await create([line('A', '5')], { issueDate: '2027-01-02' })).number).toBe('PO-2027-00001')
  })

  test('orders that are made at the same moment share no number and leave none out', async () => {
    const made = await Promise.allSettled(
      Array.from({ length: 12 }, (_, place) => create([line('A', '1', place % 4 === 3 ? { unit: 'XPA' } : {})])),
    )
    const numbers = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number] : [])).sort()
    expect(numbers).toEqual(Array.from({ length: 9 }, (_, place) => `PO-2026-0000${place + 1}`))
  })

  test('goods that come while their line is amended: it is refused, or they are too many', async () => {
    const { key } = await create([line('A', '10')])
    const [less] = await Promise.allSettled([
      amend(key, { lines: [{ key: '1', quantity: '2' }] }),
      receive(key, [{ line: '1', accepted: '6' }]),
    ])
    const [row] = await figures(key)
    expect(row?.received).toBe(6)
    const codes = (await findings()).map(([code]) => code)
    if (less.status === 'fulfilled') expect([row?.quantity, codes]).toEqual([2, ['over-received']])
    else expect([row?.quantity, codes, less.reason]).toMatchObject([10, [], refused('below-received')])
  })

  test('lines get keys, amounts and totals, and keep their keys', async () => {
    const made = await create([line('A', '5'), line('B', '1', { key: '7', number: '70', requirement: 'blue' })], {
      taxBasis: 'exclusive',
      taxes: [{ amount: '2.00' }],
    })
    expect(made.body).toMatchObject({
      status: 'issued',
      lines: [
        { key: '8', number: '8', lineAmount: '16.68' },
        { key: '7', number: '70', lineAmount: '3.34', requirement: 'blue' },
      ],
      totals: { linesTotal: '20.02', taxTotal: '2.00', grandTotal: '22.02' },
    })
    const next = await amend(made.key, {
      lines: [{ key: '7', quantity: '2' }, line('B', '1')],
      requestedDate: '2026-12-24',
      taxes: [{ amount: '2.70' }],
    })
    expect(next).toMatchObject({ version: 2 })
    expect(next.body).toMatchObject({
      requestedDate: '2026-12-24',
      lines: [{ key: '8' }, { key: '7', lineAmount: '6.67' }, { key: '9', lineAmount: '3.34' }],
      totals: { linesTotal: '26.69', grandTotal: '29.39' },
    })
    const cleared = await amend(made.key, {
      requestedDate: null,
      lines: [{ key: '7', requirement: null, status: 'cancelled' }],
      taxes: [{ amount: '2.00' }],
    })
    expect(cleared.body).not.toHaveProperty('requestedDate')
    expect(cleared.body).toMatchObject({ lines: [{}, { status: 'cancelled' }, {}], totals: { linesTotal: '20.02' } })
    expect((await history(kit.database.read, kitTenant, 'purchase-order', made.key)).map(({ why }) => why)).toEqual([
      'test',
      'test',
      'test',
    ])
  })

  test.each<[string, JsonObject, string, RegExp]>([
    ['a unit that the product does not have', { lines: [line('A', '1', { unit: 'XPA' })] }, 'unknown-unit', /XPA/],
    ['a product that is not there', { lines: [line('Z', '1')] }, 'unknown-product', /Z/],
    ['a currency that is none', { lines: [line('A', '1')], currency: 'XYZ' }, 'unknown-currency', /XYZ/],
    ['a line twice', { lines: [line('A', '1', { key: '1' }), line('B', '1', { key: '1' })] }, 'line-twice', /key/],
    ['nothing ordered', { lines: [line('A', '0')] }, 'not-positive', /orders 0/],
    ['an amount that does not follow', { lines: [line('A', '2', { lineAmount: '7.00' })] }, 'does-not-foot', /is 7.00 and must be 6.67/],
    [
      'a total that does not follow',
      { lines: [line('A', '2')], totals: { linesTotal: '6.67', grandTotal: '6.66' } },
      'does-not-foot',
      /difference -0.01/,
    ],
    ['a body that fits no schema', { lines: [line('A', '1')], colour: 'red' }, 'does-not-fit', /./],
  ])('refused: %s', async (_, more, code, says) => {
    await expect(create([], more)).rejects.toMatchObject(refused(code, says))
    expect(await documentNow(kit.database.read, kitTenant, 'purchase-order', 'hub/PO-2026-00001')).toBeUndefined()
  })

  test('an amendment takes back nothing that came or was confirmed, and says by how much', async () => {
    const { key } = await create([line('A', '10'), line('B', '4')])
    await answer(key, 'accepted')
    await expect(amend(key, { lines: [{ key: '1', quantity: '9' }] })).rejects.toMatchObject(
      refused('below-confirmed', /9, and 10 were confirmed.* 1 too few/),
    )
    await answer(key, 'changed', [{ line: '1', action: 'change', quantity: '6' }])
    await amend(key, { lines: [{ key: '1', quantity: '6' }] })
    await receive(key, [{ line: '1', accepted: '5', rejected: '2', reason: 'wet' }])
    await expect(amend(key, { lines: [{ key: '1', quantity: '5' }] })).rejects.toMatchObject(
      refused('below-received', /5, and 7 were received: 2 too few/),
    )
    await expect(amend(key, { lines: [{ key: '1', status: 'cancelled' }] })).rejects.toMatchObject(
      refused('already-received', /7 were received/),
    )
    await expect(amend(key, { lines: [{ key: '1', unit: 'XCS' }] })).rejects.toMatchObject(refused('line-fixed', /keeps its unit/))
    await expect(amend(key, { lines: [{ key: '2', product: item('A') }] })).rejects.toMatchObject(
      refused('line-fixed', /keeps its product/),
    )
    await expect(amend(key, { seller: { name: 'Yiwu' } })).rejects.toMatchObject(refused('not-amendable', /seller/))
    await expect(amend(key, { note: 'x' }, 1)).rejects.toMatchObject(refused('version-moved'))
    await expect(
      amend(key, {
        lines: [
          { key: '2', quantity: '5' },
          { key: '2', note: 'x' },
        ],
      }),
    ).rejects.toMatchObject(refused('line-twice'))
    expect((await amend(key, { lines: [{ key: '1', quantity: '7' }] })).version).toBe(3)
  })

  test('issue, close, reopen and cancel: what was received is not cancelled, what is over is not amended', async () => {
    const { key } = await create([line('A', '10')], {}, { issue: false })
    expect(await figures(key)).toEqual([])
    await move(key, 'issued')
    await receive(key, [{ line: '1', accepted: '3' }])
    await expect(move(key, 'cancelled')).rejects.toMatchObject(refused('already-received', /3 were received/))
    await move(key, 'closed')
    await expect(amend(key, { note: 'x' })).rejects.toMatchObject(refused('order-over', /closed/))
    await expect(move(key, 'cancelled')).rejects.toMatchObject({ detail: { recovery: 'reject' } })
    await move(key, 'issued')
    const draft = await create([line('A', '1')], {}, { issue: false })
    expect((await move(draft.key, 'cancelled')).status).toBe('cancelled')
    await expect(move(draft.key, 'issued')).rejects.toMatchObject(refused('illegal-transition'))
  })

  test('an order that a connection keeps is not amended here, but answered and received', async () => {
    await kit.apply(purchase('1', [purchaseLine('1', 'A', '5')]))
    await expect(amend('erp/1', { note: 'x' })).rejects.toMatchObject(refused('not-ours', /erp/))
    await answer('erp/1', 'accepted')
    await receive('erp/1', [{ line: '1', accepted: '12', unit: 'EA' }])
    expect(await figures('erp/1')).toMatchObject([{ quantity: 60, confirmed: 60, received: 12, open: 48 }])
  })
})

describe('answers of the seller', () => {
  test('the latest answer to a line counts, and the order stays as it is until the buyer amends it', async () => {
    const { key } = await create([line('A', '24'), line('B', '4')])
    await answer(key, 'changed', [{ line: '1', action: 'change', quantity: '1', unit: 'XCS', promisedDate: '2026-12-01' }])
    expect((await answer(key, 'changed', [{ line: '2', action: 'reject', reason: 'sold out' }])).key).toBe(`${key}/r2`)
    expect(await figures(key)).toMatchObject([
      { confirmed: 12, cancelled: 12, open: 12 },
      { confirmed: 0, cancelled: 4, open: 0 },
    ])
    for (let time = 0; time < 9; time++) await answer(key, 'changed', [{ line: '2', action: 'change', quantity: String(time + 1) }])
    expect((await figures(key))[1]).toMatchObject({ confirmed: 9 })
    expect((await documentNow(kit.database.read, kitTenant, 'purchase-order', key))?.version).toBe(1)
  })

  test('what was accepted is what stood there then', async () => {
    const { key } = await create([line('A', '10')])
    await answer(key, 'accepted')
    await amend(key, { lines: [{ key: '1', quantity: '15' }] })
    expect(await figures(key)).toMatchObject([{ quantity: 15, confirmed: 10 }])
  })

  test.each<[string, OrderAnswer['kind'], readonly LineAnswer[], string]>([
    ['a line that is not there', 'changed', [{ line: '9', action: 'accept' }], 'unknown-line'],
    [
      'a line twice',
      'changed',
      [
        { line: '1', action: 'accept' },
        { line: '1', action: 'reject' },
      ],
      'line-twice',
    ],
    ['a change of nothing', 'changed', [{ line: '1', action: 'change' }], 'no-answer'],
    ['an acceptance of something else', 'accepted', [{ line: '1', action: 'accept', quantity: '1' }], 'no-answer'],
    ['a substitute without a product', 'changed', [{ line: '1', action: 'substitute' }], 'no-answer'],
    ['a refusal of the whole with lines', 'rejected', [{ line: '1', action: 'reject' }], 'no-answer'],
    ['a change without lines', 'changed', [], 'no-answer'],
    ['a unit that cannot be counted', 'changed', [{ line: '1', action: 'change', quantity: '1', unit: 'XPA' }], 'unknown-unit'],
  ])('refused: %s', async (_, kind, lines, code) => {
    const { key } = await create([line('A', '10')])
    await expect(answer(key, kind, lines)).rejects.toMatchObject(refused(code))
  })

  test('refused: an answer to a draft, or to an order that is over', async () => {
    const { key } = await create([line('A', '10')], {}, { issue: false })
    await expect(answer(key, 'accepted')).rejects.toMatchObject(refused('order-over', /draft/))
    await expect(answer('hub/none', 'accepted')).rejects.toMatchObject(refused('no-document'))
  })
})

describe('goods that come and go back', () => {
  test('accepted and rejected are counted, more than was ordered is a finding with its arithmetic', async () => {
    const { key } = await create([line('A', '10')], { receiptTolerance: { over: '10' } })
    const { key: name } = await receive(key, [{ line: '1', accepted: '11', rejected: '1', reason: 'broken' }])
    expect(name).toBe('hub/GR-2026-00001')
    expect(await figures(key)).toMatchObject([{ received: 12, rejected: 1 }])
    expect(await findings()).toEqual([])
    await receive(key, [{ line: '1', accepted: '1' }])
    expect(await findings()).toEqual([
      [
        'over-received',
        key,
        '/lines/0',
        { order: key, line: '1', ordered: '10', due: '10', accepted: '12', rejected: '1', difference: '2', tolerance: '1' },
      ],
    ])
    await turn(name, 'reversed')
    expect(await findings()).toEqual([])
  })

  test('less than was ordered is told once the order is closed, within the tolerance of the supplier not', async () => {
    await kit.apply(record('erp', 'party', 'V1', { name: 'Ningbo', roles: ['supplier'], receiptTolerance: { short: '50' } }))
    const { key } = await create([line('A', '10'), line('B', '10')], { seller: { ref: { type: 'party', key: 'erp/V1' } } })
    await receive(key, [
      { line: '1', accepted: '5' },
      { line: '2', accepted: '3', rejected: '1', reason: 'wet' },
    ])
    expect(await findings()).toEqual([])
    await move(key, 'closed')
    expect((await findings()).map(([code, , path, detail]) => [code, path, (detail as JsonObject).difference])).toEqual([
      ['short-received', '/lines/1', '6'],
    ])
    await move(key, 'issued')
    expect(await findings()).toEqual([])
  })

  test('goods without an order, in lots', async () => {
    const body = (await receive(undefined, [{ product: item('A'), accepted: '3', unit: 'EA', lots: [{ lot: 'L1', quantity: '3' }] }])).body
    expect(body).toMatchObject({ number: 'GR-2026-00001', status: 'posted', lines: [{ key: '1', lots: [{ lot: 'L1' }] }] })
    const lots = [{ lot: 'L1', quantity: '4' }]
    await expect(receive(undefined, [{ product: item('A'), accepted: '3', unit: 'EA', lots }])).rejects.toMatchObject(refused('lots-over'))
  })

  test('no more goes back than came, whatever is turned', async () => {
    const { key } = await create([line('A', '10')])
    const came = await receive(key, [{ line: '1', accepted: '6', rejected: '2', reason: 'wet' }])
    await expect(receive(key, [{ line: '1', accepted: '7' }], 'supplier-return')).rejects.toMatchObject(
      refused('more-than-received', /7 accepted .* 6 came: 1 too many/),
    )
    await expect(receive(key, [{ line: '1', accepted: '0', rejected: '3' }], 'supplier-return')).rejects.toMatchObject(
      refused('more-than-received'),
    )
    const back = await receive(key, [{ line: '1', accepted: '4', rejected: '2' }], 'supplier-return')
    expect(back.key).toBe('hub/SR-2026-00001')
    await expect(turn(came.key, 'reversed')).rejects.toMatchObject(refused('more-than-received'))
    await turn(back.key, 'reversed')
    await turn(came.key, 'reversed')
    expect(await figures(key)).toMatchObject([{ received: 0 }])
    await expect(turn(came.key, 'posted')).rejects.toMatchObject(refused('illegal-transition'))
  })

  test('a draft moves nothing until it is posted; a return that is posted is held against what came by then', async () => {
    const { key } = await create([line('A', '10')])
    const draft = await receive(key, [{ line: '1', accepted: '6' }], 'receipt', true)
    const back = await receive(key, [{ line: '1', accepted: '6' }], 'supplier-return', true)
    expect(await figures(key)).toMatchObject([{ received: 0 }])
    await expect(turn(back.key, 'posted')).rejects.toMatchObject(refused('more-than-received'))
    await turn(draft.key, 'posted')
    await turn(back.key, 'posted')
    expect(await figures(key)).toMatchObject([{ received: 6 }])
    expect((await orderStatesOf(kit.database.read, kitTenant, 'purchase-order', [key]))[0]?.fulfilment).toBe('part')
  })

  test.each<[string, ReceivedLine, string]>([
    ['nothing', { line: '1', accepted: '0' }, 'nothing-received'],
    ['a rejection without a reason', { line: '1', accepted: '1', rejected: '1' }, 'no-reason'],
    ['a line that is not there', { line: '4', accepted: '1' }, 'unknown-line'],
    ['a unit that cannot be counted', { line: '1', accepted: '1', unit: 'XPA' }, 'unknown-unit'],
    ['a line of no product', { accepted: '1', unit: 'EA' }, 'no-product'],
    ['goods without a unit', { product: item('A'), accepted: '1' }, 'unknown-unit'],
  ])('refused: %s', async (_, given, code) => {
    const { key } = await create([line('A', '10')])
    await expect(receive(key, [given])).rejects.toMatchObject(refused(code))
  })

  test('goods of an order that was cancelled at a partner are taken', async () => {
    await kit.apply(purchase('1', [purchaseLine('1', 'A', '5')], { status: 'cancelled' }))
    await receive('erp/1', [{ line: '1', accepted: '1' }])
    await kit.apply(
      receipt('g9', { type: 'purchase-order', key: 'erp/1' }, [{ orderLine: { key: '1' }, product: { sku: 'A' }, accepted: '1' }]),
    )
    expect(await figures('erp/1')).toMatchObject([{ received: 24 }])
  })
})
