import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { location, openLedgerKit, product, ref, refund, saleLine } from '../ledger-kit.ts'
import { inTier, put } from '../prices/prices-bed.ts'
import { verify } from '../verify.ts'
import { type DepositBed, merchant, openDepositBed, order, sent, topUp } from './deposit-bed.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

type Sku = 'A' | 'B' | 'C'
/** Cents that one costs: below five, and from five on. */
type Steps = readonly [few: number, many: number]
const yuan = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
const cents = (scaled: bigint): number => Number(scaled) / 100

let tenants = 0
/** A merchant with a deposit whose costs are those of its tier's list; the shop's own amounts are other ones. */
async function open() {
  const bed = await openDepositBed(await openLedgerKit({ database, tenant: `p${tenants++}` }))
  const { kit } = bed
  await kit.apply(location('MAIN', 'MAIN'), product('C', 'C'), merchant('M1'))
  await inTier(kit, 'GOLD', ['gold'], { party: 'M1' })
  const list = (sku: Sku, [few, many]: Steps) =>
    put(kit, 'price-list', `hub/gold/${sku}`, {
      ...{ list: 'gold', kind: 'tier', product: { ref: { type: 'product', key: sku } }, currency: 'CNY', taxBasis: 'none' },
      steps: [
        { minQuantity: '1', unit: 'EA', price: yuan(few) },
        { minQuantity: '5', unit: 'EA', price: yuan(many) },
      ],
    })
  return { bed, list }
}

/** What is posted about all orders, in cents: nothing of it is read from rows of the hub that are derived. */
async function posted({ kit }: DepositBed) {
  const rows = await database.read.selectFrom('transfer').selectAll().where('tenant', '=', kit.tenant).execute()
  const sum = (kind: string) => rows.filter((row) => row.kind === kind).reduce((all, { amount }) => all + BigInt(amount), 0n)
  const net = (kind: string, back: string) => cents(sum(kind) - sum(back))
  const captured = net('capture', 'capture-reversed')
  return { frozen: net('freeze', 'release') - captured, captured, refunded: net('refund', 'refund-reversed') }
}
const figures = ({ lines }: { readonly lines: readonly JsonObject[] }) => {
  const total = lines.reduce((all, { lineAmount }) => all + Math.round(Number(lineAmount) * 100), 0)
  return { linesTotal: yuan(total), grandTotal: yuan(total) }
}
const shopLine = (key: string, sku: Sku, units: number, more: JsonObject = {}) =>
  saleLine(key, sku, String(units), { unitPrice: '99.00', lineAmount: `${units * 99}.00`, ...more })
const placed = (lines: readonly JsonObject[], more: JsonObject = {}) => order('o', lines, { totals: figures({ lines }), ...more })
const back = (key: string, line: string, sku: Sku, units: number) =>
  refund('shop', key, 'o', '1.00', [
    { orderLine: { key: line }, product: { ref: ref('product', 'erp', sku) }, quantity: String(units), unit: 'EA', restock: true },
  ])

test('what an order costs by the lists of its merchant is frozen, captured and given back, whatever becomes of the lists', async () => {
  const { bed, list } = await open()
  await list('A', [300, 200])
  await list('B', [100, 100])
  await bed.kit.apply(topUp('t', '100.00'), placed([shopLine('1', 'A', 6), shopLine('2', 'B', 1)]))
  expect(await posted(bed)).toEqual({ frozen: 1300, captured: 0, refunded: 0 })
  await list('A', [900, 900])
  await bed.kit.apply(sent('s1', 'o', [['1', 'A', '2']]))
  expect(await posted(bed)).toEqual({ frozen: 900, captured: 400, refunded: 0 })
  // four are left: the step of few, of the list that held then; the line that is new costs what holds now
  await bed.kit.apply(placed([shopLine('1', 'A', 6, { cancelled: '2' }), shopLine('2', 'B', 1), shopLine('3', 'A', 1)]))
  expect(await posted(bed)).toEqual({ frozen: 600 + 100 + 900, captured: 600, refunded: 0 })
  await bed.kit.apply(back('r1', '1', 'A', 1))
  expect(await posted(bed)).toEqual({ frozen: 1600, captured: 600, refunded: 300 })
  await bed.kit.apply(sent('s2', 'o', [['1', 'A', '2'], ['2', 'B', '1'], ['3', 'A', '1']])) // biome-ignore format: one parcel
  expect(await posted(bed)).toEqual({ frozen: 0, captured: 2200, refunded: 300 })
  expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
})

test('a line without a price holds the order, and the price that comes lets it go', async () => {
  const { bed, list } = await open()
  await list('A', [300, 200])
  await bed.kit.apply(topUp('t', '100.00'), placed([shopLine('1', 'A', 1), shopLine('2', 'C', 1)]))
  const why = async () =>
    (await database.read.selectFrom('deposit_order').select('why').where('tenant', '=', bed.kit.tenant).executeTakeFirst())?.why
  expect([await why(), await posted(bed)]).toEqual(['cost', { frozen: 0, captured: 0, refunded: 0 }])
  await list('C', [50, 40])
  expect([await why(), await posted(bed)]).toEqual(['', { frozen: 350, captured: 0, refunded: 0 }])
})

/** What happens to an order, one after the other. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('list' as const), sku: fc.constantFrom<Sku>('A', 'B'), steps: fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 })) }), // biome-ignore format: one kind a line
  fc.record({ what: fc.constant('quantity' as const), line: fc.nat(3), units: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ what: fc.constant('cancel' as const), line: fc.nat(3), units: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant('line' as const), sku: fc.constantFrom<Sku>('A', 'B'), units: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ what: fc.constant('sent' as const), line: fc.nat(3), units: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant('back' as const), line: fc.nat(3), units: fc.integer({ min: 1, max: 3 }) }),
)
interface Line {
  readonly key: string
  readonly sku: Sku
  /** the list as it was when the line came */
  readonly steps: Steps
  units: number
  cancelled: number
  sent: number
  back: number
}
const part = (amount: number, some: number, all: number) =>
  all <= 0 || some <= 0 ? 0 : some >= all ? amount : Math.floor((amount * some) / all)

test('frozen + captured − refunded is what the pieces cost that are open, sent and not back, by the lists that held when their lines came', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 12 }), fc.boolean(), async (happenings, isRich) => {
      const { bed, list } = await open()
      const lists: Record<Sku, Steps> = { A: [310, 205], B: [99, 70], C: [1, 1] }
      await list('A', lists.A)
      await list('B', lists.B)
      const lines: Line[] = []
      const add = (sku: Sku, units: number) =>
        lines.push({ key: String(lines.length + 1), sku, steps: lists[sku], units, cancelled: 0, sent: 0, back: 0 })
      const version = () =>
        placed(
          lines.map(({ key, sku, units, cancelled }) => shopLine(key, sku, units, cancelled === 0 ? {} : { cancelled: String(cancelled) })),
        )
      const meant = () => {
        const all = lines.map(({ steps, units, cancelled, sent, back }) => {
          const left = units - cancelled
          const cost = left * (left >= 5 ? steps[1] : steps[0])
          return { cost, captured: part(cost, sent, left), refunded: part(cost, back, left) }
        })
        const sum = (of: 'cost' | 'captured' | 'refunded') => all.reduce((total, one) => total + one[of], 0)
        return { frozen: sum('cost') - sum('captured'), captured: sum('captured'), refunded: Math.min(sum('refunded'), sum('captured')) }
      }
      if (isRich) await bed.kit.apply(topUp('t', '9999.00'))
      add('A', 5)
      await bed.kit.apply(version())
      for (const [place, one] of happenings.entries()) {
        const line = 'line' in one ? lines[one.line % lines.length] : undefined
        if (one.what === 'list') {
          lists[one.sku] = one.steps
          await list(one.sku, one.steps)
        } else if (one.what === 'line') {
          if (lines.length === 4) continue
          add(one.sku, one.units)
          await bed.kit.apply(version())
        } else if (line === undefined) continue
        else if (one.what === 'quantity') {
          line.units = Math.max(one.units, line.cancelled + line.sent)
          await bed.kit.apply(version())
        } else if (one.what === 'cancel') {
          line.cancelled = Math.min(line.cancelled + one.units, line.units - line.sent)
          await bed.kit.apply(version())
        } else if (one.what === 'sent') {
          const units = Math.min(one.units, line.units - line.cancelled - line.sent)
          if (units === 0) continue
          line.sent += units
          await bed.kit.apply(sent(`s${place}`, 'o', [[line.key, line.sku, String(units)]]))
        } else {
          const units = Math.min(one.units, line.sent - line.back)
          if (units === 0) continue
          line.back += units
          await bed.kit.apply(back(`r${place}`, line.key, line.sku, units))
        }
        if (isRich) expect(await posted(bed)).toEqual(meant())
      }
      if (!isRich) await bed.kit.apply(topUp('t', '9999.00'))
      const now = await posted(bed)
      expect(now).toEqual(meant())
      expect(await bed.balance()).toEqual({
        available: BigInt(999_900 - now.frozen - now.captured + now.refunded) * 100n,
        frozen: BigInt(now.frozen) * 100n,
      })
      expect((await verify(database, bed.kit.tenant)).differences).toEqual([])
    }),
    { numRuns: 15 },
  )
})
