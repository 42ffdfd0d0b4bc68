import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { businessDayOrUtc } from '../../model/business-day.ts'
import { compare, multiply } from '../../model/decimal.ts'
import { costOf, decidePrice, type PriceAsk, type PriceEntry, type PriceGrant, type PriceStep, tierAt } from './decide.ts'

const at = Date.parse('2026-11-23T09:00:00Z')
const ask = (base: string, more: Partial<PriceAsk> = {}): PriceAsk => ({ base, unit: 'EA', baseUnit: 'EA', currency: 'CNY', at, ...more })
const step = (min: string, price: string, more: Partial<PriceStep> = {}): PriceStep => ({
  min,
  unit: 'EA',
  factor: '1',
  price,
  per: '1',
  from: null,
  to: null,
  ...more,
})
const entry = (list: string, kind: string, steps: readonly PriceStep[], more: Partial<PriceEntry> = {}): PriceEntry => ({
  key: `hub/${list}`,
  version: 1,
  list,
  kind,
  currency: 'CNY',
  taxBasis: 'none',
  zone: 'UTC',
  active: true,
  steps,
  ...more,
})
const grant = (level: PriceGrant['level'], key: string, lists: readonly string[], more: Partial<PriceGrant> = {}): PriceGrant => ({
  level,
  key,
  version: 1,
  from: '2026-01-01',
  to: null,
  until: null,
  suspended: false,
  zone: 'UTC',
  tier: level === 'tier' ? { key: `hub/${key}`, version: 1, number: key } : null,
  lists,
  ...more,
})
const whyOf = (...given: Parameters<typeof decidePrice>) =>
  decidePrice(...given).passed.map(({ list, grant, why }) => `${list ?? grant}: ${why}`)

const contract = grant('contract', 'C1', ['deal'])
const gold = grant('tier', 'GOLD', ['gold'])
const deal = entry('deal', 'contract', [step('100', '7')])
const golden = entry('gold', 'tier', [step('0', '9'), step('10', '8')])
const base = entry('standard', 'base', [step('0', '10')])
const all = [deal, golden, base]

describe('what a product costs a merchant', () => {
  test('is the price of its contract, else of its tier, else the base price', () => {
    const taken = (base: string, grants = [contract, gold]) => {
      const { price } = decidePrice(ask(base), grants, all)
      return [price?.level, price?.step.price, price?.tier]
    }
    expect(taken('100')).toEqual(['contract', '7', null])
    expect(taken('99')).toEqual(['tier', '8', 'GOLD'])
    expect(taken('1')).toEqual(['tier', '9', 'GOLD'])
    expect(taken('1', [])).toEqual(['base', '10', null])
  })

  test('is never what goods sell for, nor what suppliers are paid', () => {
    const entries = [entry('gold', 'retail', [step('0', '1')]), entry('deal', 'purchase', [step('0', '1')])]
    expect(decidePrice(ask('100'), [contract, gold], entries)).toMatchObject({ price: undefined })
    expect(whyOf(ask('100'), [contract, gold], entries)).toEqual(['deal: not-a-cost', 'gold: not-a-cost'])
  })

  test('says of every candidate why it was passed over', () => {
    const grants = [
      contract,
      grant('contract', 'C0', ['old'], { to: '2026-11-22' }),
      grant('contract', 'C2', ['new'], { from: '2026-11-24' }),
      grant('contract', 'C3', ['held'], { suspended: true }),
      grant('contract', 'C4', ['gone'], { until: at }),
      gold,
      grant('tier', 'SILVER', ['silver'], { from: '2025-01-01' }),
    ]
    const entries = [
      deal,
      entry('gold', 'tier', [step('0', '9', { to: '2026-11-22' })]),
      entry('gold', 'tier', [step('0', '9')], { key: 'hub/gold/usd', currency: 'USD' }),
      entry('gold', 'tier', [step('0', '9')], { key: 'hub/gold/off', active: false }),
      entry('a-cases', 'base', [step('0', '100', { unit: 'XCS', factor: '12' })]),
      base,
      entry('trade', 'base', [step('0', '11')]),
    ]
    expect(whyOf(ask('5'), grants, entries)).toEqual([
      'C2: not-yet',
      'C0: over',
      'deal: quantity',
      'C3: suspended',
      'C4: ended',
      'gold: withdrawn',
      'gold: currency',
      'gold: day',
      'SILVER: later-assignment',
      'a-cases: unit',
      'trade: outranked',
    ])
  })

  test('goes by the day in the zone of the list', () => {
    const late = Date.parse('2026-11-23T17:00:00Z')
    const entries = [
      entry('standard', 'base', [step('0', '10', { to: '2026-11-23' }), step('0', '12', { from: '2026-11-24' })], {
        zone: 'Asia/Shanghai',
      }),
    ]
    expect(decidePrice(ask('1', { at: late }), [], entries).price?.step.price).toBe('12')
    expect(decidePrice(ask('1', { at: late }), [], [{ ...entries[0], zone: 'UTC' } as PriceEntry]).price?.step.price).toBe('10')
    expect([businessDayOrUtc(late, 'Asia/Shanghai'), businessDayOrUtc(late, 'nowhere')]).toEqual(['2026-11-24', '2026-11-23'])
  })

  test('is the price of the unit ordered, else that of the base unit', () => {
    const cases = step('2', '100', { unit: 'XCS', factor: '12' })
    const entries = [entry('standard', 'base', [step('0', '10'), cases])]
    const priceOf = (base: string, unit: string) => decidePrice(ask(base, { unit }), [], entries).price?.step.price
    expect(['24', '12'].map((base) => priceOf(base, 'XCS'))).toEqual(['100', '10'])
    expect(priceOf('24', 'EA')).toBe('10')
    expect(priceOf('24', 'PCE')).toBe('10')
    expect([costOf('30', cases, 'CNY'), costOf('1', { ...step('0', '1234.5678'), per: '100' }, 'CNY')]).toEqual(['250.00', '12.35'])
    expect(costOf('3', step('0', '33.335'), 'JPY')).toBe('100')
  })

  test('the assignment that began last says the tier', () => {
    const march = grant('tier', 'PLATINUM', ['best'], { from: '2026-11-01', to: '2026-11-30' })
    expect(tierAt([gold, march], at)?.tier?.number).toBe('PLATINUM')
    expect(tierAt([gold, march], Date.parse('2026-12-01T00:00:00Z'))?.tier?.number).toBe('GOLD')
    expect(tierAt([gold], Date.parse('2025-12-31T23:00:00Z'))).toBeUndefined()
  })
})

const names = fc.constantFrom('a', 'b', 'c')
const steps = fc.array(
  fc.record({
    min: fc.nat(40).map(String),
    unit: fc.constantFrom('EA', 'XCS'),
    price: fc.integer({ min: 1, max: 500 }).map((cents) => `${cents}.5`),
    from: fc.constantFrom(null, '2026-11-01', '2026-12-01'),
    to: fc.constantFrom(null, '2026-11-10', '2026-12-31'),
  }),
  { minLength: 1, maxLength: 5 },
)
const entries = fc
  .array(
    fc.record({
      list: names,
      kind: fc.constantFrom('base', 'tier', 'contract', 'retail', 'unknown'),
      currency: fc.constantFrom('CNY', 'USD'),
      steps,
    }),
    { maxLength: 6 },
  )
  .map((drawn) =>
    drawn.map(({ steps: some, ...one }, index) => ({
      ...entry(
        one.list,
        one.kind,
        some.map((each) => ({ ...each, factor: each.unit === 'EA' ? '1' : '12', per: '1' })),
      ),
      currency: one.currency,
      key: `hub/${index}`,
    })),
  )
const grants = fc
  .array(
    fc.record({
      level: fc.constantFrom('contract' as const, 'tier' as const),
      lists: fc.uniqueArray(names, { maxLength: 3 }),
      from: fc.constantFrom('2026-01-01', '2026-11-01', '2026-12-01'),
    }),
    { maxLength: 4 },
  )
  .map((drawn) => drawn.map(({ level, lists, from }, index) => grant(level, `G${index}`, lists, { from })))
const units = fc.constantFrom('EA', 'XCS')

describe('for all lists', () => {
  test('the order in which they are given does not matter', () => {
    fc.assert(
      fc.property(entries, grants, units, fc.nat(60), fc.integer(), (some, given, unit, quantity, seed) => {
        const turned = <T>(list: readonly T[]): T[] => list.map((_, index) => list[(index + Math.abs(seed)) % list.length] as T).reverse()
        const asked = ask(String(quantity), { unit })
        expect(decidePrice(asked, turned(given), turned(some))).toEqual(decidePrice(asked, given, some))
      }),
      { numRuns: 200 },
    )
  })

  test('more is never priced by a smaller step, nor by a level that goes behind', () => {
    const levels = ['contract', 'tier', 'base']
    fc.assert(
      fc.property(entries, grants, units, fc.nat(60), fc.nat(60), (some, given, unit, quantity, more) => {
        const less = decidePrice(ask(String(quantity), { unit }), given, some).price
        const greater = decidePrice(ask(String(quantity + more), { unit }), given, some).price
        if (less === undefined) return
        expect(greater).toBeDefined()
        if (greater === undefined) return
        expect(levels.indexOf(greater.level)).toBeLessThanOrEqual(levels.indexOf(less.level))
        if (greater.list !== less.list || greater.step.unit !== less.step.unit) return
        const from = ({ min, factor }: PriceStep) => multiply(min, factor ?? '0')
        expect(compare(from(greater.step), from(less.step))).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
  })

  test('what is taken holds: a cost in the currency, on the day, from no more than the quantity', () => {
    fc.assert(
      fc.property(entries, grants, units, fc.nat(60), (some, given, unit, quantity) => {
        const { price } = decidePrice(ask(String(quantity), { unit }), given, some)
        if (price === undefined) return
        const { step: taken, entry: key } = price
        const found = some.find((one) => one.key === key)
        expect(found).toMatchObject({ currency: 'CNY' })
        expect(found?.kind).not.toBe('retail')
        expect((taken.from ?? '') <= '2026-11-23' && (taken.to ?? '9') >= '2026-11-23').toBe(true)
        expect(compare(multiply(taken.min, taken.factor ?? '0'), String(quantity))).toBeLessThanOrEqual(0)
      }),
      { numRuns: 200 },
    )
  })
})
