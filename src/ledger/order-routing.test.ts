import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { type LedgerKit, openLedgerKit, record } from './ledger-kit.ts'
import { routeInputs } from './order-routing.ts'
import { endAssignment } from './prices/assign.ts'
import { anna, fits, inTier, line, merchantKit, merchantSale, put } from './prices/prices-bed.ts'
import { quote } from './prices/quote.ts'
import { decideRoute, type RouteMatch, routeRules } from './route-decision.ts'
import { openShelf } from './shelf.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await merchantKit(kit)
})
afterEach(() => kit.database.close())

const rule = (id: string, match: RouteMatch) => ({ id, to: id, priority: 0, weight: 1, match })
const rules = routeRules([rule('gold', { tiers: ['GOLD'] }), rule('basic', { tiers: ['BASIC'] })], 'rest')
const placed = (key: string, placedAt: string, more: JsonObject = {}) => merchantSale(key, [line('1', 'A', '1')], { placedAt, ...more })
/** Account and tier that each order has. */
const routed = async (by = rules) =>
  [
    ...(await routeInputs(
      openShelf(kit.database.read, kit.tenant),
      ['a', 'b', 'c', 'd'].map((key) => `shop/${key}`),
      by,
    )),
  ].map(([key, inputs]) => `${key} ${decideRoute(by, inputs)[0]?.account} ${inputs.tier ?? '-'}`)

test('an order goes by the tier that its merchant was of when it was placed, as its prices do', async () => {
  await inTier(kit, 'BASIC', [], { from: '2026-01-01' })
  await inTier(kit, 'GOLD', [], { from: '2026-11-10', to: '2026-11-20' })
  await kit.apply(
    placed('a', '2026-11-09T23:59:59.000Z'),
    placed('b', '2026-11-10T00:00:00.000Z'),
    placed('c', '2026-11-21T00:00:00.000Z'),
    placed('d', '2025-12-31T23:59:59.000Z'),
  )
  expect(await routed()).toEqual(['shop/a basic BASIC', 'shop/b gold GOLD', 'shop/c basic BASIC', 'shop/d rest -'])
  const ask = { merchant: 'M-7', product: 'A', quantity: '1', currency: 'CNY', ofParty: false }
  const tierOf = async (at: string) => (await quote(kit.database.read, kit.tenant, { ...ask, at: Date.parse(at) })).tier
  expect([await tierOf('2026-11-09T23:59:59.000Z'), await tierOf('2026-11-10T00:00:00.000Z')]).toEqual(['BASIC', 'GOLD'])
})

test('what nobody approved holds nowhere, nor does what an ERP writes of a party; one that was ended holds until its last day', async () => {
  const identity = { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } as const
  const party = { number: 'M-7', name: 'Lamps', roles: ['merchant'], currency: 'CNY', tier: 'GOLD', ext: { tier: 'GOLD' } }
  await kit.apply(
    record('crm', 'party', 'M-7', party, { identity }),
    placed('a', '2026-11-10T12:00:00.000Z'),
    placed('b', '2026-11-12T12:00:00.000Z'),
  )
  await put(kit, 'tier', 'hub/GOLD', { number: 'GOLD', name: 'GOLD', level: 1, status: 'active' })
  const asked = {
    party: { type: 'party', key: 'M-7' },
    tier: { type: 'tier', key: 'hub/GOLD' },
    status: 'in-review',
    validFrom: '2026-01-01',
  }
  await put(kit, 'tier-assignment', 'hub/asked', asked)
  expect(await routed()).toEqual(['shop/a rest -', 'shop/b rest -'])
  const { key } = await inTier(kit, 'GOLD', [], { from: '2026-11-01' })
  expect(await routed()).toEqual(['shop/a gold GOLD', 'shop/b gold GOLD'])
  await kit.work((books) => endAssignment(books, { key, on: '2026-11-11', author: anna }, fits))
  expect(await routed()).toEqual(['shop/a gold GOLD', 'shop/b rest -'])
  // nobody asks for tiers where no rule names one
  expect(await routed(routeRules([], 'rest'))).toEqual(['shop/a rest -', 'shop/b rest -'])
})
