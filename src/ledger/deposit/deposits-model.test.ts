import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import type { Database } from '../../store/database.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { openLedgerKit, ref, refund, saleLine } from '../ledger-kit.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'
import { openDepositBed, order, sent, topUp } from './deposit-bed.ts'

let database: Database
beforeAll(async () => {
  database = await openTestStore()
})
afterAll(() => database.close())

/** What the world says of one order: units of two lines, some of them sent, some of those back. Prices in cents. */
interface World {
  readonly key: string
  readonly minute: number
  readonly lines: readonly { readonly units: number; readonly cents: number; readonly sent: readonly number[]; readonly back: number }[]
  readonly freight: number
  readonly cancelled: boolean
}
const yuan = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
const skus = ['A', 'B'] as const

const line = fc
  .record({
    units: fc.integer({ min: 1, max: 4 }),
    cents: fc.integer({ min: 1, max: 999 }),
    cuts: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 }),
    back: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ units, cents, cuts, back }) => {
    const sent: number[] = []
    for (const cut of cuts) if (sent.reduce((sum, one) => sum + one, 0) + cut <= units) sent.push(cut)
    return {
      units,
      cents,
      sent,
      back: Math.min(
        back,
        sent.reduce((sum, one) => sum + one, 0),
      ),
    }
  })
const world = fc.record({
  lines: fc.tuple(line, line),
  freight: fc.integer({ min: 0, max: 500 }),
  cancelled: fc.boolean(),
  minute: fc.integer({ min: 0, max: 3 }),
})

/** A line whose amount is that of all its units: what one costs may be no whole cent, so none is said. */
function priced(key: string, sku: string, { units, cents }: World['lines'][number]): JsonObject {
  const { unitPrice: _, ...line } = saleLine(key, sku, String(units), { lineAmount: yuan(cents) })
  return line
}

function recordsOf({ key, minute, lines, freight, cancelled }: World): Incoming[] {
  const goods = lines.reduce((sum, one) => sum + one.cents, 0)
  const placed = (status: string): Incoming =>
    order(
      key,
      lines.map((one, index) => priced(String(index + 1), skus[index] ?? 'A', one)),
      {
        ...{ status, placedAt: `2026-11-23T09:0${minute}:00.000Z`, charges: [{ kind: 'shipping', amount: yuan(freight) }] },
        totals: { linesTotal: yuan(goods), chargeTotal: yuan(freight), grandTotal: yuan(goods + freight) },
      },
    )
  const named = (index: number) => ({
    orderLine: { key: String(index + 1) },
    product: { ref: ref('product', 'erp', skus[index] ?? 'A') },
    unit: 'EA',
  })
  return [
    placed('open'),
    ...lines.flatMap((one, index) =>
      one.sent.map((units, part) => sent(`${key}/${index}/${part}`, key, [[String(index + 1), skus[index] ?? 'A', String(units)]])),
    ),
    ...lines.flatMap((one, index) =>
      one.back === 0
        ? []
        : [refund('shop', `${key}/${index}`, key, '1.00', [{ ...named(index), quantity: String(one.back), restock: true }])],
    ),
    ...(cancelled ? [placed('cancelled')] : []),
  ]
}

/** The same in plain numbers: cents that are still frozen, and those that were taken for good. */
function modelOf({ lines, freight, cancelled }: World) {
  const total = lines.reduce((sum, one) => sum + one.units, 0)
  const gone = lines.map((one) => one.sent.reduce((sum, units) => sum + units, 0))
  const left = lines.map((one, index) => (cancelled ? (gone[index] ?? 0) : one.units))
  const cost = lines.map((one, index) => Math.floor((one.cents * (left[index] ?? 0)) / one.units))
  const goods = cost.reduce((sum, one) => sum + one, 0)
  const anySent = gone.some((units) => units > 0)
  const need = goods + ((cancelled && !anySent) || (goods === 0 && !anySent) ? 0 : freight)
  const part = (amount: number, some: number, all: number) => (all === 0 ? 0 : some >= all ? amount : Math.floor((amount * some) / all))
  const taken = cost.map((amount, index) => part(amount, gone[index] ?? 0, left[index] ?? 0))
  const takenGoods = taken.reduce((sum, one) => sum + one, 0)
  const isWhole = anySent && left.every((units, index) => (gone[index] ?? 0) >= units)
  const takenFreight = isWhole ? freight : goods > 0 ? Math.floor((freight * takenGoods) / goods) : 0
  const back = lines.reduce((sum, one, index) => sum + part(cost[index] ?? 0, one.back, left[index] ?? 0), 0)
  const captured = total === 0 ? 0 : takenGoods + takenFreight
  return { need, captured, refunded: Math.min(back, captured) }
}

/** An order that random numbers give. */
const shuffled = <T>(items: readonly T[], keys: readonly number[]): T[] =>
  items
    .map((item, index) => ({ item, key: keys[index % keys.length] ?? 0, index }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ item }) => item)

let tenants = 0
test('in whatever order orders, money, parcels, cancels and refunds arrive, deposits end where a plain model says, and nothing falls below nothing by a decision', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(world, { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer(), { minLength: 7, maxLength: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 3 }),
      async (shapes, keys, size, parts) => {
        const bed = await openDepositBed(await openLedgerKit({ database, tenant: `m${tenants++}` }))
        const { kit } = bed
        const worlds = shapes.map((shape, index): World => ({ ...shape, key: `o${index}` }))
        const needs = worlds.map(modelOf)
        const wanted =
          needs.reduce((sum, { need }) => sum + need, 0) +
          worlds.reduce((sum, { lines, freight }) => sum + freight + lines.reduce((all, one) => all + one.cents, 0), 0)
        const money = [...parts, wanted].map((cents, index) => topUp(`t${index}`, yuan(cents), { reference: `R${index}` }))
        const paid = [...parts, wanted].reduce((sum, cents) => sum + cents, 0)
        // versions of one record keep their order, as the lanes keep it; all else comes as it likes
        const records = shuffled([...money, ...worlds.flatMap(recordsOf), ...money.slice(0, 1)], keys)
        const rank = new Map<string, Incoming[]>()
        for (const one of worlds)
          rank.set(
            one.key,
            recordsOf(one).filter(({ part }) => 'document' in part && part.document === 'sales-order'),
          )
        const arriving = records.map((one) =>
          'document' in one.part && one.part.document === 'sales-order' ? (rank.get(one.externalKey)?.shift() ?? one) : one,
        )
        for (let from = 0; from < arriving.length; from += size) {
          await kit.apply(...arriving.slice(from, from + size))
          const rows = await database.read.selectFrom('deposit_order').selectAll().where('tenant', '=', kit.tenant).execute()
          const { available, frozen } = await bed.balance()
          expect(frozen).toBe(rows.reduce((sum, row) => sum + BigInt(row.frozen) - BigInt(row.captured), 0n))
          // only what was sent before it was paid may take it below nothing
          if (available < 0n) expect(rows.some((row) => BigInt(row.captured) > 0n)).toBe(true)
          const waiting = rows
            .filter(({ why }) => why === 'funds')
            .map(({ placed_at, key }) => `${placed_at} ${key}`)
            .sort()
          for (const row of rows.filter(({ why, captured }) => why === '' && BigInt(captured) === 0n))
            if (waiting[0] !== undefined && BigInt(row.need) > 0n) expect(row.frozen).toBe(row.need)
        }
        const total = (of: (one: ReturnType<typeof modelOf>) => number) => needs.reduce((sum, one) => sum + of(one), 0)
        expect(await bed.balance()).toEqual({
          frozen: BigInt(total(({ need, captured }) => need - captured)) * 100n,
          available: BigInt(paid - total(({ need }) => need) + total(({ refunded }) => refunded)) * 100n,
        })
        const accounts = await database.read.selectFrom('account').selectAll().where('tenant', '=', kit.tenant).execute()
        expect(accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n)).toBe(0n)
        expect((await verify(database, kit.tenant)).differences).toEqual([])
      },
    ),
    { numRuns: 12 },
  )
})
