import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandAction } from '../connector/types.ts'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { masterData, product, sale, saleLine } from '../ledger/ledger-kit.ts'
import { keptDecision, partFor } from '../ledger/order-routing.ts'
import { routeRules } from '../ledger/route-decision.ts'
import { fetchDocument, openShelf } from '../ledger/shelf.ts'
import type { Incoming } from '../ledger/types.ts'
import type { JsonObject } from '../model/json.ts'
import type { Route } from '../pipeline/context.ts'
import { route } from '../pipeline/route.ts'
import { currentDecisions } from '../store/route-decision.ts'
import { openTestHub, setup, type TestHub, tenant } from './test-hub.ts'

const action: CommandAction = {
  title: 'Sale',
  document: 'sales-order',
  kind: 'command',
  create: { mapping: 'm', input: {}, call: { path: '/' }, once: { kind: 'natural', why: 'test' }, result: {} },
} as unknown as CommandAction
const account = (name: string) => {
  const { setup: given } = setup(name, async () => {})
  return { ...given, connector: { ...given.connector, actions: { sale: action } } }
}
const to = (name: string): Route => ({
  id: `sales@${name}`,
  document: 'sales-order',
  when: () => true,
  to: name,
  action: 'sale',
  mode: 'live',
  from: 0,
  coalesceMs: 0,
  onDead: 'block',
  holds: [],
  decided: true,
})
const accounts = ['erp-a', 'erp-b', 'erp-c']
const rules = routeRules(
  [
    { id: 'lamps', to: 'erp-a', priority: 20, weight: 1, match: { categories: ['lamps'] } },
    { id: 'b', to: 'erp-b', priority: 10, weight: 1, match: { skus: ['B'] } },
  ],
  'erp-c',
)

let hub: TestHub
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await route(hub.context, books, hub.context.catalogue(), (await finish(books)).changes)
  })
}
beforeAll(async () => {
  hub = await openTestHub({
    catalogue: { connections: new Map(accounts.map((name) => [name, account(name)])), routes: accounts.map(to), routing: rules },
  })
  await apply(...masterData, product('A', 'A', { category: 'lamps' }))
  await apply(sale('shop', '1', [saleLine('1', 'A', '2'), saleLine('2', 'B', '1')]), sale('shop', '2', [saleLine('1', 'B', '1')]))
})
afterAll(() => hub.close())

const duties = async (key: string) =>
  (await hub.context.database.read.selectFrom('delivery').selectAll().where('key', '=', key).orderBy('id').execute()).map(
    ({ connection, op, state }) => `${connection} ${op} ${state}`,
  )
const decided = async (key: string) => (await hub.ask('GET', `/v1/orders/route?key=${encodeURIComponent(key)}`)).json
const move = (json: JsonObject) => hub.ask('POST', '/v1/orders/reroute', { json: { why: 'closed today', ...json } })

describe('sales orders that are routed by rules', () => {
  test('go to the accounts that were decided, each with its own duty, and the decision tells why', async () => {
    expect(await duties('shop/1')).toEqual(['erp-a create due', 'erp-b create due'])
    expect(await duties('shop/2')).toEqual(['erp-b create due'])
    expect(await decided('shop/1')).toMatchObject({
      current: {
        version: rules.version,
        accounts: ['erp-a', 'erp-b'],
        lines: [
          { line: '1', account: 'erp-a', rule: 'lamps', passed: [] },
          { line: '2', account: 'erp-b', rule: 'b', passed: [{ rule: 'lamps', why: 'category' }] },
        ],
        inputs: { order: 'shop/1', origin: 'shop', lines: [{ sku: 'A', category: 'lamps' }, { sku: 'B' }] },
      },
      former: [],
    })
    const told = await hub.context.database.read.selectFrom('journal').select(['key', 'kind']).where('kind', '=', 'order-routed').execute()
    expect(told).toHaveLength(2)
  })

  test('give each account its own lines and their sum', async () => {
    const { read } = hub.context.database
    const order = await fetchDocument(openShelf(read, tenant), 'sales-order', 'shop/1')
    const row = (await currentDecisions(read, tenant, ['shop/1'])).get('shop/1')
    if (order === undefined || row === undefined) throw new Error('not there')
    const parts = ['erp-a', 'erp-b'].map((name) => partFor(order, name, keptDecision(row)).body)
    expect(parts).toMatchObject([
      { lines: [{ key: '1' }], totals: { grandTotal: '20.00' } },
      { lines: [{ key: '2' }], totals: { grandTotal: '10.00' } },
    ])
    expect(parts.map(({ lines }) => (lines as unknown as JsonObject[]).length)).toEqual([1, 1])
  })

  test('stay where they were decided when they change, and a line that comes is decided then', async () => {
    await apply(sale('shop', '2', [saleLine('1', 'B', '3'), saleLine('2', 'A', '1')]))
    expect((await decided('shop/2')).current).toMatchObject({ accounts: ['erp-a', 'erp-b'] })
    expect(await duties('shop/2')).toEqual(['erp-b create due', 'erp-a create due'])
  })

  test('go elsewhere on the word of a person, as long as nothing of them was submitted', async () => {
    await apply(sale('shop', '3', [saleLine('1', 'B', '1')]))
    expect((await move({ key: 'shop/3', account: 'erp-c' })).json).toMatchObject({ accounts: ['erp-c'], lines: [{ rule: 'person' }] })
    expect(await duties('shop/3')).toEqual(['erp-b create cancelled', 'erp-c create due'])
    expect(await decided('shop/3')).toMatchObject({
      current: { accounts: ['erp-c'], why: 'closed today' },
      former: [{ accounts: ['erp-b'] }],
    })
    await apply(sale('shop', '3', [saleLine('1', 'B', '2')]))
    expect((await decided('shop/3')).current).toMatchObject({ accounts: ['erp-c'] })
    await hub.context.database.write((tx) =>
      tx
        .updateTable('delivery')
        .set({ state: 'delivered', attempts: 1 })
        .where('key', '=', 'shop/3')
        .where('connection', '=', 'erp-c')
        .execute(),
    )
    expect((await move({ key: 'shop/3', account: 'erp-b' })).json.type).toBe('urn:crossdock:problem:already-submitted')
    expect((await decided('shop/3')).current).toMatchObject({ accounts: ['erp-c'] })
  })

  test.each<[string, JsonObject, string]>([
    ['an order nobody routed', { key: 'shop/99', account: 'erp-a' }, 'not-routed'],
    ['an account no route leads to', { key: 'shop/1', account: 'nowhere' }, 'unknown-account'],
    ['a line it has not', { key: 'shop/1', account: 'erp-c', lines: ['9'] }, 'unmatched-line'],
  ])('refused: %s', async (_, json, code) => expect((await move(json)).json.type).toBe(`urn:crossdock:problem:${code}`))

  test('are decided once more without effect, to see what the rules of now would change', async () => {
    const { json } = await hub.ask('POST', '/v1/routing/dry-run', { json: { since: '2026-11-23T00:00:00Z' } })
    expect(json).toMatchObject({
      orders: 3,
      changed: 1,
      whole: true,
      changes: [{ key: 'shop/3', before: 'erp-c', after: 'erp-b', rule: 'b' }],
    })
    expect(json.accounts).toEqual([
      { account: 'erp-a', before: 2, after: 2 },
      { account: 'erp-b', before: 2, after: 3 },
      { account: 'erp-c', before: 1, after: 0 },
    ])
    expect((await decided('shop/3')).current).toMatchObject({ accounts: ['erp-c'] })
  })

  test('are decided by rules that stand nowhere yet, to see what they would change', async () => {
    const tried = (routing: JsonObject) => hub.ask('POST', '/v1/routing/dry-run', { json: { since: '2026-11-23T00:00:00Z', routing } })
    const { json } = await tried({ rules: [{ id: 'all', to: 'erp-c', match: { skus: ['A'] } }], fallback: 'erp-b' })
    expect(json).toMatchObject({ orders: 3, changed: 3, version: expect.not.stringMatching(rules.version) })
    expect(json.accounts).toEqual([
      { account: 'erp-a', before: 2, after: 0 },
      { account: 'erp-b', before: 2, after: 3 },
      { account: 'erp-c', before: 1, after: 2 },
    ])
    expect((await decided('shop/1')).current).toMatchObject({ accounts: ['erp-a', 'erp-b'] })
    expect(hub.context.catalogue().routing?.version).toBe(rules.version)
    for (const [wrong, status] of [
      [{ rules: [{ id: 'all', to: 'nowhere' }] }, 422],
      [{ rules: [], fallback: 'nowhere' }, 422],
      [
        {
          rules: [
            { id: 'a', to: 'erp-a' },
            { id: 'a', to: 'erp-b' },
          ],
        },
        422,
      ],
      [{ rules: [{ id: 'a', to: 'erp-a', match: { colour: ['red'] } }] }, 400],
    ] as const)
      expect((await tried(JSON.parse(JSON.stringify(wrong)))).status, JSON.stringify(wrong)).toBe(status)
  })

  test('an order that was split after it was routed goes nowhere any more, its parts do, and it comes back when they go', async () => {
    const part = (key: string, more: JsonObject = {}) =>
      sale('shop', key, [saleLine('1', 'B', '1')], {
        splitFrom: { type: 'sales-order', connection: 'shop', externalKey: 'whole' },
        ...more,
      })
    await apply(sale('shop', 'whole', [saleLine('1', 'B', '2')]))
    expect(await duties('shop/whole')).toEqual(['erp-b create due'])
    await apply(part('whole-a'))
    expect([await duties('shop/whole'), await duties('shop/whole-a')]).toEqual([['erp-b create cancelled'], ['erp-b create due']])
    expect((await move({ key: 'shop/whole', account: 'erp-c' })).json.type).toBe('urn:crossdock:problem:counts-by-others')
    // its own change brings it back to nobody
    await apply(sale('shop', 'whole', [saleLine('1', 'B', '2')], { note: 'looked at' }), part('whole-b'))
    expect(await duties('shop/whole')).toEqual(['erp-b create cancelled'])
    await apply(part('whole-a', { status: 'draft' }), part('whole-b', { status: 'draft' }))
    expect(await duties('shop/whole')).toEqual(['erp-b create cancelled', 'erp-b create due'])
  })

  test('one that was submitted before it was split is called off, but not at the account that split it', async () => {
    const whole = { type: 'sales-order', connection: 'shop', externalKey: 'sent' } as const
    await apply(sale('shop', 'sent', [saleLine('1', 'A', '1'), saleLine('2', 'B', '1')]))
    await hub.context.database.write((tx) =>
      tx.updateTable('delivery').set({ state: 'delivered', attempts: 1 }).where('key', '=', 'shop/sent').execute(),
    )
    await apply(sale('erp-a', 'half', [saleLine('1', 'A', '1')], { splitFrom: whole }))
    expect(await duties('shop/sent')).toEqual(['erp-a create delivered', 'erp-b create delivered', 'erp-b cancel due'])
  })
})
