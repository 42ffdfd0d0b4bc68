import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invoice, masterData, purchase, purchaseLine, receipt, record, ref } from '../ledger/ledger-kit.ts'
import { matchRules } from '../ledger/match/tolerance.ts'
import { verify } from '../ledger/verify.ts'
import type { JsonObject } from '../model/json.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { applyFacts } from './test-invoices.ts'

const matching = matchRules({
  tolerance: { price: { percent: '2', amounts: { CNY: '20.00' } } },
  suppliers: { strict: { price: { percent: '0' } }, loose: { quantity: { percent: '10' } } },
  secondPersonAbove: { CNY: '1000.00' },
})
let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ catalogue: { matching } })
  const parties = ['strict', 'loose', 'other'].map((name) =>
    record(
      'erp',
      'party',
      name,
      { number: name, name, roles: ['supplier'] },
      { identity: { kind: 'master', key: 'number', identifiers: [] } },
    ),
  )
  await applyFacts(hub, ...masterData, ...parties)
})
afterAll(async () => {
  expect((await verify(hub.context.database, tenant)).differences).toEqual([])
  await hub.close()
})

const party = (name: string): JsonObject => ({ ref: { type: 'party', key: name } })
const order = (name: string) => ref('purchase-order', 'erp', name)
const goods = (of: string, accepted: string) =>
  receipt(`g-${of}`, order(of), [{ key: '1', orderLine: { key: '1' }, product: { ref: ref('product', 'erp', 'A') }, accepted }])
const bill = (name: string, of: string, quantity: string, more: JsonObject = {}, line: JsonObject = {}) =>
  invoice(name, order(of), [{ key: '1', orderLine: { key: '1' }, quantity, ...line }], {
    issuer: party('other'),
    totals: { grandTotal: line.lineAmount ?? `${Number(quantity) * 120}.00` },
    ...more,
  })
const buy = (name: string, cases: string, seller = 'other') => purchase(name, [purchaseLine('1', 'A', cases)], { seller: party(seller) })
const match = async (name: string) => (await hub.ask('GET', `/v1/invoices/match?key=erp/${name}`)).json as Record<string, never>
const keys = async (query: string) =>
  ((await hub.ask('GET', `/v1/invoices?${query}`)).json.items as readonly { readonly key: string }[]).map(({ key }) => key)
const accept = (name: string, key?: string) =>
  hub.ask('POST', '/v1/invoices/accept', { json: { key: `erp/${name}`, why: 'agreed by phone' }, ...(key === undefined ? {} : { key }) })

describe('the match', () => {
  test('tells each line with its arithmetic, and holds what differs until the goods come', async () => {
    await applyFacts(hub, buy('a', '10'), bill('a', 'a', '10'))
    expect(await match('a')).toMatchObject({ match: 'no-receipt', held: true, holds: ['no-receipt'], quantityVariance: '1200.00' })
    await applyFacts(hub, goods('a', '6'))
    expect(await match('a')).toMatchObject({
      match: 'quantity-variance',
      holds: ['quantity-variance'],
      tolerance: { price: { percent: '2', amounts: { CNY: '20.00' } }, quantity: {} },
      lines: [
        {
          order: 'erp/a',
          covered: '72',
          waiting: '48',
          expected: '1200.00',
          priceVariance: '0.00',
          arithmetic: { quantity: '120 = 72 covered + 0 credited + 48 waiting + 0 over' },
          parts: [
            { basis: 'order', receipt: 'erp/g-a', receiptLine: '/lines/0', quantity: '72', amount: '720.00' },
            { basis: 'waiting', receipt: null, quantity: '48', amount: '480.00' },
          ],
        },
      ],
    })
    await applyFacts(hub, goods('a', '10'))
    expect(await match('a')).toMatchObject({ match: 'matched', held: false, holds: [] })
  })

  test('a price within percent and amount is let through, beyond either it is not; a supplier has its own', async () => {
    await applyFacts(hub, buy('b', '10'), goods('b', '10'), bill('b', 'b', '10', {}, { unitPrice: '122.00', lineAmount: '1220.00' }))
    expect(await match('b')).toMatchObject({ match: 'within-tolerance', held: false, priceVariance: '20.00' })
    await applyFacts(hub, bill('b', 'b', '10', {}, { unitPrice: '122.10', lineAmount: '1221.00' }))
    expect(await match('b')).toMatchObject({ match: 'price-variance', holds: ['price-variance'], priceVariance: '21.00' })
    await applyFacts(hub, buy('c', '10', 'strict'), goods('c', '10'))
    await applyFacts(hub, bill('c', 'c', '10', { issuer: party('strict') }, { unitPrice: '120.10', lineAmount: '1201.00' }))
    expect(await match('c')).toMatchObject({ match: 'price-variance', supplier: 'strict' })
    await applyFacts(hub, buy('d', '10', 'loose'), goods('d', '9'), bill('d', 'd', '10', { issuer: party('loose') }))
    expect(await match('d')).toMatchObject({ match: 'within-tolerance', held: false, quantityVariance: '120.00' })
  })

  test('a credit note takes from the line it names, and what it takes too much is found', async () => {
    await applyFacts(hub, buy('e', '10'), goods('e', '7'), bill('e', 'e', '10'))
    expect(await match('e')).toMatchObject({ match: 'quantity-variance' })
    const credit = (quantity: string) =>
      record('erp', 'invoice', 'e-back', {
        kind: 'credit-note',
        status: 'posted',
        number: 'CN-1',
        issueDate: '2026-11-28',
        issuer: party('other'),
        recipient: { name: 'Harbour' },
        currency: 'CNY',
        taxBasis: 'exclusive',
        invoice: { type: 'invoice', key: 'erp/e' },
        totals: { grandTotal: `${Number(quantity) * 120}.00` },
        lines: [{ key: '1', invoiceLine: { key: '1' }, quantity, unit: 'XCS', unitPrice: '120.00' }],
      })
    await applyFacts(hub, credit('3'))
    expect(await match('e')).toMatchObject({
      match: 'matched',
      held: false,
      credits: [{ key: 'erp/e-back', againstLine: '/lines/0', quantity: '-36', amount: '-360.00' }],
      lines: [{ credited: '36', creditedAmount: '360.00', expected: '840.00' }],
    })
    await applyFacts(hub, credit('11'))
    expect(await match('e-back')).toMatchObject({ match: 'over-credited', holds: ['credit-exceeds-invoice', 'over-credited'] })
  })

  test('facts that contradict are kept, each with its finding', async () => {
    const tax = { taxDocument: { scheme: 'fapiao', code: '3302261130', number: '00118023' } }
    await applyFacts(hub, buy('f', '10'), goods('f', '10'), bill('f1', 'f', '10', { currency: 'USD', ...tax }))
    expect(await match('f1')).toMatchObject({
      match: 'not-comparable',
      holds: ['currency-differs'],
      lines: [{ priceVariance: null, covered: '120' }],
    })
    await applyFacts(hub, bill('f2', 'f', '1', { number: 'INV-f1', issueDate: '2026-11-25', ...tax }))
    expect(await match('f2')).toMatchObject({
      match: 'over-invoiced',
      holds: ['invoice-double', 'over-invoiced', 'tax-document-double'],
      doubles: ['erp/f1'],
    })
    expect([await keys('taxNumber=00118023&taxCode=3302261130'), await keys('number=INV-f1')]).toEqual([
      ['erp/f1', 'erp/f2'],
      ['erp/f1', 'erp/f2'],
    ])
    await applyFacts(hub, bill('f1', 'f', '10', { status: 'cancelled', ...tax }))
    expect(await match('f2')).toMatchObject({ match: 'matched', held: false, doubles: [] })
    await applyFacts(hub, bill('g', 'a', '1', { issuer: party('strict') }))
    expect(await match('g')).toMatchObject({
      match: 'no-order',
      holds: ['issuer-differs', 'no-order'],
      lines: [{ order: null, parts: [] }],
    })
    await applyFacts(hub, invoice('h', ref('sales-order', 'shop', '1'), [{ quantity: '1' }]))
    expect(await match('h')).toMatchObject({ match: 'exempt', held: false })
  })
})

describe('acceptance', () => {
  test('a person accepts with a reason; it is held again when it comes to say something else', async () => {
    await applyFacts(hub, buy('k', '10'), goods('k', '8'), bill('k', 'k', '10'))
    expect((await accept('k')).json).toEqual({ key: 'erp/k', state: 'accepted', codes: ['quantity-variance'], amounts: { CNY: '240.00' } })
    expect(await match('k')).toMatchObject({ match: 'quantity-variance', held: false })
    expect((await accept('k')).json).toMatchObject({ type: 'urn:crossdock:problem:nothing-held' })
    await applyFacts(hub, goods('k', '7'))
    expect(await match('k')).toMatchObject({ held: true })
  })

  test('a difference is posted with the word of a person, shown with the invoice and the order, and taken back when it is held again', async () => {
    await applyFacts(hub, buy('p', '10'), goods('p', '8'), bill('p', 'p', '10'))
    expect(await match('p')).toMatchObject({ held: true, posted: {} })
    await accept('p')
    expect(await match('p')).toMatchObject({ held: false, posted: { 'quantity-variance': '240.00' } })
    const seen = (await hub.ask('GET', '/v1/purchase-orders/one?key=erp/p')).json.payable
    expect(seen).toMatchObject([{ currency: 'CNY', owed: '1200.00', kinds: { goods: '960.00', 'quantity-variance': '240.00' } }])
    await applyFacts(hub, goods('p', '7'))
    expect(await match('p')).toMatchObject({ held: true, posted: {} })
    const [found] = (await hub.ask('GET', '/v1/findings?type=invoice&key=erp/p&state=open')).json.items as readonly JsonObject[]
    await hub.ask('POST', `/v1/findings/${found?.id}/close`, { json: { note: 'paid in full', accept: true } })
    expect(await match('p')).toMatchObject({ held: false, posted: { 'quantity-variance': '360.00' } })
    const events = (await hub.ask('GET', '/v1/events?limit=500')).json.items as readonly JsonObject[]
    expect(events.filter(({ type, subject }) => type === 'payable.variance' && JSON.stringify(subject).includes('erp/p'))).toHaveLength(3)
  })

  test('above the limit it takes two, about the same findings, and there is no way round', async () => {
    await applyFacts(hub, buy('m', '20'), goods('m', '10'), bill('m', 'm', '20'))
    const [anna, ben] = [await hub.addKey(['read', 'write', 'replay']), await hub.addKey(['write'])]
    expect((await accept('m', anna)).json).toMatchObject({ state: 'waiting', amounts: { CNY: '1200.00' } })
    expect((await accept('m', anna)).json).toMatchObject({ type: 'urn:crossdock:problem:same-person' })
    expect(await match('m')).toMatchObject({ held: true, acceptance: { why: 'agreed by phone' } })
    const [found] = (await hub.ask('GET', '/v1/findings?type=invoice&key=erp/m&state=open')).json.items as readonly JsonObject[]
    for (const act of ['close', 'act'])
      expect((await hub.ask('POST', `/v1/findings/${found?.id}/${act}`, { key: anna, json: { note: 'x' } })).json).toMatchObject({
        type: 'urn:crossdock:problem:second-person',
      })
    // it says something else now: the word of the first person was about another difference
    await applyFacts(hub, goods('m', '9'))
    expect((await accept('m', ben)).json).toMatchObject({ state: 'waiting' })
    expect((await accept('m', anna)).json).toMatchObject({ state: 'accepted' })
    expect(await match('m')).toMatchObject({ held: false, acceptance: null })
    const events = (await hub.ask('GET', '/v1/events?limit=500')).json.items as readonly JsonObject[]
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['invoice.variance', 'invoice.matched', 'invoice.accepted', 'invoice.acceptance_asked']),
    )
  })

  test('an invoice keeps the tolerance it was judged by, until it is judged anew', async () => {
    await applyFacts(hub, buy('n', '10'), goods('n', '10'), bill('n', 'n', '10', {}, { unitPrice: '121.00', lineAmount: '1210.00' }))
    expect(await match('n')).toMatchObject({ match: 'within-tolerance' })
    await hub.context.database.write((tx) =>
      tx.updateTable('invoice_tolerance').set({ tolerance: '{}' }).where('key', '=', 'erp/n').execute(),
    )
    await applyFacts(hub, goods('n', '10.0'))
    expect(await match('n')).toMatchObject({ match: 'price-variance', held: true })
    expect((await hub.ask('POST', '/v1/invoices/rematch', { json: { keys: ['erp/n'] } })).json).toEqual({ judged: 1 })
    expect(await match('n')).toMatchObject({ match: 'within-tolerance', held: false })
    expect((await hub.ask('POST', '/v1/invoices/rematch', { json: { keys: ['erp/none'] } })).status).toBe(404)
  })
})

test('a supplier sees its own invoices and their match, and is not told the tolerance', async () => {
  await applyFacts(
    hub,
    record('erp', 'contract', 'c-strict', {
      number: 'C-1',
      kind: 'supplier',
      party: { type: 'party', key: 'strict' },
      status: 'active',
    }),
  )
  const key = await hub.addKey(['read'], { party: 'strict' })
  const ask = async (path: string) => hub.ask('GET', path, { key })
  expect(((await ask('/v1/invoices')).json.items as readonly JsonObject[]).map((one) => one.key)).toEqual(['erp/c', 'erp/g'])
  expect((await ask('/v1/invoices/match?key=erp/c')).json).toMatchObject({
    match: 'price-variance',
    held: true,
    tolerance: null,
    acceptance: null,
  })
  expect((await ask('/v1/invoices/match?key=erp/a')).status).toBe(404)
  expect((await hub.ask('POST', '/v1/invoices/accept', { key, json: { key: 'erp/c', why: 'mine' } })).status).toBe(403)
})

test('lists are narrowed, and wrong questions are told', async () => {
  expect(await keys('match=no-order')).toEqual(['erp/g'])
  expect(await keys('held=true&supplier=strict')).toEqual(['erp/c', 'erp/g'])
  expect((await keys('held=false&limit=500')).every((key) => key !== 'erp/c')).toBe(true)
  expect((await hub.ask('GET', '/v1/invoices?match=nonsense')).status).toBe(400)
  expect((await hub.ask('GET', '/v1/invoices/match?key=nope')).status).toBe(404)
  const first = (await hub.ask('GET', '/v1/invoices?limit=2')).json
  expect((first.items as readonly JsonObject[]).length).toBe(2)
  expect((await keys(`limit=1&after=${first.next}`)).length).toBe(1)
})
