import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testServer } from '../testing/test-store.ts'
import { figures } from './figures.ts'
import {
  kitTenant,
  type LedgerKit,
  masterData,
  openLedgerKit,
  parcel,
  parcelLine,
  record,
  ref,
  refund,
  sale,
  saleLine,
} from './ledger-kit.ts'
import { placeOrder } from './place-order.ts'
import { verify } from './verify.ts'

const wholes = ['1', '2'] as const
const parts = ['1a', '1b', '2a', '2b'] as const
const all = [...wholes, ...parts] as const
const few = fc.integer({ min: 1, max: 9 })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('place' as const),
    key: fc.constantFrom(...wholes),
    quantity: few,
    status: fc.constantFrom('open', 'cancelled', 'draft'),
  }),
  fc.record({
    kind: fc.constant('split' as const),
    key: fc.constantFrom(...parts),
    quantity: few,
    status: fc.constantFrom('open', 'cancelled'),
  }),
  fc.record({ kind: fc.constant('delete' as const), key: fc.constantFrom(...all) }),
  fc.record({ kind: fc.constant('supplement' as const), key: fc.constantFrom(...wholes), quantity: few }),
  fc.record({ kind: fc.constantFrom('ship' as const, 'refund' as const, 'return' as const), key: fc.constantFrom(...all), quantity: few }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Order {
  quantity: number
  status: string
  deleted: boolean
  shipped: number
  refunded: number
  returned: number
}

/** What a person would count on a sheet of paper. */
function counted(orders: ReadonlyMap<string, Order>) {
  const sums = { quantity: 0, shipped: 0, cancelled: 0, open: 0, restocked: 0 }
  for (const [key, order] of orders) {
    const hasParts = [...orders].some(
      ([name, one]) =>
        name !== key && name.startsWith(key) && /[ab]$/.test(name) && one.quantity > 0 && !one.deleted && one.status !== 'draft',
    )
    if (order.quantity === 0 || order.status === 'draft' || hasParts) continue
    const rest = Math.max(0, order.quantity - order.shipped)
    const cancelled = order.deleted || order.status === 'cancelled' ? rest : 0
    sums.quantity += order.quantity
    sums.shipped += order.shipped
    sums.cancelled += cancelled
    sums.open += Math.max(0, order.quantity - cancelled - order.shipped)
    sums.restocked += Math.max(order.refunded, order.returned)
  }
  return Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, String(value)]))
}

let documents = 0
async function take(kit: LedgerKit, orders: Map<string, Order>, one: Step): Promise<void> {
  const order = orders.get(one.key) ?? { quantity: 0, status: '', deleted: false, shipped: 0, refunded: 0, returned: 0 }
  orders.set(one.key, order)
  const name = ref('sales-order', 'shop-us', one.key)
  const id = `d${++documents}`
  switch (one.kind) {
    case 'place':
    case 'split': {
      const whole = one.kind === 'split' ? { splitFrom: ref('sales-order', 'shop-us', one.key.slice(0, 1)) } : {}
      Object.assign(order, { quantity: one.quantity, status: one.status, deleted: false })
      await kit.apply(sale('shop-us', one.key, [saleLine('1', 'A', String(one.quantity))], { status: one.status, ...whole }))
      return
    }
    case 'delete':
      if (order.quantity === 0) return
      order.deleted = true
      await kit.apply(record('shop-us', 'sales-order', one.key, null, { op: 'delete' }))
      return
    case 'supplement': {
      if (order.quantity === 0 || order.deleted || order.status === 'draft') return
      const lines = [{ product: { sku: 'A' }, quantity: String(one.quantity), lineAmount: '0.00' }]
      const made = await kit.work((books) =>
        placeOrder(
          books,
          { order: { number: id, lines }, reason: 'missing', supplements: `shop-us/${one.key}`, author: { actor: 'k', why: null } },
          () => undefined,
        ),
      )
      orders.set(made.result.key, { quantity: one.quantity, status: 'open', deleted: false, shipped: 0, refunded: 0, returned: 0 })
      return
    }
    case 'ship':
      order.shipped += one.quantity
      await kit.apply(parcel(id, name, [parcelLine({ key: '1' }, 'A', String(one.quantity))], '2026-11-23T10:00:00.000Z'))
      return
    case 'refund':
      order.refunded += one.quantity
      await kit.apply(
        refund('shop-us', id, one.key, '1.00', [{ orderLine: { key: '1' }, quantity: String(one.quantity), unit: 'EA', restock: true }]),
      )
      return
    case 'return':
      order.returned += one.quantity
      await kit.apply(
        record('shop-us', 'return', id, {
          order: name,
          kind: 'return',
          status: 'received',
          lines: [{ orderLine: { key: '1' }, quantity: String(one.quantity), unit: 'EA' }],
        }),
      )
  }
}

test('orders, edits, cancels, splits, supplements, parcels, refunds and returns, in any order, come to what a sheet of paper says', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const kit = await openLedgerKit()
      await kit.apply(...masterData)
      const orders = new Map<string, Order>()
      for (const one of steps) await take(kit, orders, one)
      expect((await figures(kit.database.read, kitTenant)).sold).toEqual(counted(orders))
      expect((await verify(kit.database, kitTenant)).differences).toEqual([])
      await kit.database.close()
    }),
    { numRuns: testServer() === undefined ? 60 : 25, verbose: fc.VerbosityLevel.None },
  )
})
