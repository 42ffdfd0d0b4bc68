import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideRoute, type RouteInputs, type RouteRule, routeRules } from './route-decision.ts'

const rule = (id: string, more: Partial<RouteRule> = {}): RouteRule => ({
  id,
  to: `erp-${id}`,
  priority: 10,
  weight: 1,
  match: {},
  ...more,
})
const inputs = (more: Partial<RouteInputs> = {}): RouteInputs => ({
  order: 'shop/1',
  origin: 'shop',
  merchant: 'm1',
  tier: 'gold',
  channel: 'web',
  regions: ['CN', 'CN-ZJ', 'Zhejiang'],
  currency: 'CNY',
  amount: '99.90',
  placedAt: '2026-11-23T08:00:00.000Z',
  lines: [{ line: '1', sku: 'A', category: 'lamps', quantity: '2', available: { NB: '5' } }],
  ...more,
})
const account = (rules: readonly RouteRule[], given = inputs(), fallback?: string) => decideRoute(routeRules(rules, fallback), given)[0]

test.each<[string, RouteRule['match'], string]>([
  ['merchant', { merchants: ['m2'] }, 'merchant'],
  ['tier', { tiers: ['silver'] }, 'tier'],
  ['shop', { origins: ['other'] }, 'origin'],
  ['channel', { channels: ['app'] }, 'channel'],
  ['region', { regions: ['DE'] }, 'region'],
  ['category', { categories: ['chairs'] }, 'category'],
  ['SKU', { skus: ['B'] }, 'sku'],
  ['currency', { currency: 'EUR' }, 'currency'],
  ['amount below', { minAmount: '99.91' }, 'amount'],
  ['amount above', { maxAmount: '99.89' }, 'amount'],
  ['time before', { from: '2026-11-23T08:00:00.001Z' }, 'time'],
  ['time after', { until: '2026-11-23T08:00:00.000Z' }, 'time'],
])('a rule that does not match by %s is passed over, and the decision says why', (_, match, why) => {
  expect(account([rule('a', { match })], inputs(), 'rest')).toEqual({
    line: '1',
    account: 'rest',
    rule: 'fallback',
    passed: [{ rule: 'a', why }],
  })
})

test('a rule takes what it means, the highest priority first', () => {
  const match = {
    merchants: ['m1'],
    regions: ['CN-ZJ'],
    skus: ['A'],
    minAmount: '99.90',
    maxAmount: '99.90',
    from: '2026-11-23T08:00:00.000Z',
  }
  expect(account([rule('low', { priority: 1 }), rule('high', { match })])).toMatchObject({ account: 'erp-high', passed: [] })
})

test('where too little is in stock the next rule takes the line', () => {
  const rules = [rule('near', { priority: 20, stockAt: 'NB' }), rule('far')]
  const line = (quantity: string) => inputs({ lines: [{ line: '1', quantity, available: { NB: '5' } }] })
  expect(account(rules, line('5'))).toMatchObject({ rule: 'near' })
  expect(account(rules, line('6'))).toMatchObject({ rule: 'far', passed: [{ rule: 'near', why: 'stock' }] })
})

test('nothing that takes it and no fallback: it stays undecided', () => {
  expect(account([rule('a', { match: { skus: ['B'] } })])).toMatchObject({ account: null, rule: null })
})

test('weights are kept over many orders', () => {
  const rules = routeRules([rule('a', { weight: 7 }), rule('b', { weight: 2 }), rule('c', { weight: 1 })])
  const counts = new Map<string, number>()
  for (let at = 0; at < 10_000; at++) {
    const [first] = decideRoute(rules, inputs({ order: `shop/${at}` }))
    counts.set(first?.rule ?? '', (counts.get(first?.rule ?? '') ?? 0) + 1)
  }
  for (const [id, share] of [
    ['a', 7000],
    ['b', 2000],
    ['c', 1000],
  ] as const)
    expect(Math.abs((counts.get(id) ?? 0) - share), id).toBeLessThan(200)
})

const anyRule = fc.record({
  id: fc.stringMatching(/^[a-z]{1,6}$/),
  priority: fc.integer({ min: 5, max: 8 }),
  weight: fc.integer({ min: 0, max: 5 }),
  skus: fc.option(fc.subarray(['A', 'B', 'C']), { nil: undefined }),
  tiers: fc.option(fc.subarray(['gold', 'silver']), { nil: undefined }),
})
const anyRules = fc
  .uniqueArray(anyRule, { selector: ({ id }) => id, maxLength: 8 })
  .map((list) =>
    list.map(({ id, priority, weight, skus, tiers }) =>
      rule(id, { priority, weight, match: { ...(skus ? { skus } : {}), ...(tiers ? { tiers } : {}) } }),
    ),
  )
const anyInputs = fc
  .record({
    order: fc.string(),
    skus: fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 4 }),
    tier: fc.constantFrom('gold', 'silver'),
  })
  .map(({ order, skus, tier }) =>
    inputs({ order, tier, lines: skus.map((sku, at) => ({ line: String(at), sku, quantity: '1', available: {} })) }),
  )

test('the same inputs give the same decision, in whatever order the rules stand', () => {
  fc.assert(
    fc.property(anyRules, anyInputs, fc.nat(), (rules, given, turn) => {
      const turned = [...rules.slice(turn % (rules.length || 1)), ...rules.slice(0, turn % (rules.length || 1))]
      expect(decideRoute(routeRules(turned), given)).toEqual(decideRoute(routeRules(rules), given))
    }),
  )
})

test('a rule of lower priority changes nothing that a rule above it decided', () => {
  fc.assert(
    fc.property(anyRules, anyInputs, fc.integer({ min: 1, max: 4 }), (rules, given, priority) => {
      const before = decideRoute(routeRules(rules), given)
      const after = decideRoute(routeRules([...rules, rule('below0', { priority })]), given)
      for (const [at, one] of before.entries()) if (one.rule !== null) expect(after[at]).toEqual(one)
    }),
  )
})
