import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import { isHubError } from '../model/errors.ts'
import { idMaker } from '../model/id.ts'
import { unbalanced } from '../store/movement.ts'
import { promisedOf } from '../store/promise.ts'
import { kitTenant, location, masterData, openLedgerKit, sale, saleLine } from './ledger-kit.ts'
import { postMovement, snapshotStock } from './move-stock.ts'
import { releaseReservation, reserve } from './reserve.ts'
import { receiveTransfer, sendTransfer } from './transfer-stock.ts'
import { verify } from './verify.ts'

type Step =
  | { readonly kind: 'receive' | 'scrap' | 'snapshot'; readonly at: 'ANNEX' | 'MAIN'; readonly quantity: number }
  | { readonly kind: 'send' | 'come' | 'order' | 'reserve'; readonly quantity: number }
  | { readonly kind: 'cancel' | 'release' | 'pass' | 'taken' }

const place = fc.constantFrom('ANNEX' as const, 'MAIN' as const)
const quantity = fc.integer({ min: 1, max: 9 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('receive' as const, 'scrap' as const, 'snapshot' as const), at: place, quantity }),
  fc.record({ kind: fc.constantFrom('send' as const, 'come' as const, 'order' as const, 'reserve' as const), quantity }),
  fc.record({ kind: fc.constantFrom('cancel' as const, 'release' as const, 'pass' as const, 'taken' as const) }),
)
const holdMs = 60_000
const by = { author: { actor: 'test', why: null }, fits: () => undefined }

/** What a person would keep on paper. */
interface Paper {
  readonly onHand: Record<'ANNEX' | 'MAIN', number>
  transit: { key: string; sent: number } | undefined
  readonly orders: Map<string, number>
  readonly kept: Map<string, { readonly quantity: number; readonly until: number; readonly reference: string }>
}

/** Plays steps on the ledger and on paper; a command the paper refuses has to be refused, and the other way round. */
async function play(steps: readonly Step[]): Promise<void> {
  const kit = await openLedgerKit()
  await kit.apply(...masterData, location('ANNEX', 'ANNEX'))
  const paper: Paper = { onHand: { ANNEX: 0, MAIN: 0 }, transit: undefined, orders: new Map(), kept: new Map() }
  let now = Date.parse('2026-11-23T07:00:00.000Z')
  const newId = idMaker(() => now)
  const desk = { tenant: kitTenant, now: async () => now, newId }
  const kept = () => [...paper.kept.values()].filter(({ until }) => until > now).reduce((sum, each) => sum + each.quantity, 0)
  const promised = () => [...paper.orders.values()].reduce((sum, each) => sum + each, 0)
  const total = () => paper.onHand.ANNEX + paper.onHand.MAIN
  const refusedOr = async (isGood: boolean, work: () => Promise<unknown>): Promise<void> => {
    const done = await work().then(
      () => true,
      (error: unknown) => {
        if (!isHubError(error) || error.detail.recovery !== 'reject') throw error
        return false
      },
    )
    expect(done).toBe(isGood)
  }
  // a place has a row once anything was there; before that nothing may be promised of it
  const known = { ANNEX: false, MAIN: false }
  const order = (key: string, status: string) => {
    const pieces = paper.orders.get(key) ?? 0
    return kit.apply(sale('shop-us', key, [saleLine('1', 'A', String(pieces))], { status }))
  }
  for (const [n, each] of steps.entries()) {
    now += 1000
    const time = new Date(now).toISOString()
    const goods = { product: 'A', movedAt: time, key: `hub/${n}` }
    switch (each.kind) {
      case 'receive':
        await kit.work((books) =>
          postMovement(books, { ...goods, kind: 'receipt', from: ':supplier', to: each.at, quantity: String(each.quantity) }, by),
        )
        paper.onHand[each.at] += each.quantity
        known[each.at] = true
        break
      case 'scrap': {
        const isGood = paper.onHand[each.at] >= each.quantity
        await refusedOr(isGood, () =>
          kit.work((books) =>
            postMovement(books, { ...goods, kind: 'scrap', from: each.at, to: ':adjustment', quantity: String(each.quantity) }, by),
          ),
        )
        if (isGood) paper.onHand[each.at] -= each.quantity
        break
      }
      case 'snapshot':
        await kit.work((books) => snapshotStock(books, [{ product: 'A', location: each.at, quantity: String(each.quantity) }], time, by))
        paper.onHand[each.at] = each.quantity
        known[each.at] = true
        break
      case 'send': {
        if (paper.transit !== undefined || paper.kept.size > 0) break
        // what is promised stands at the first place that anything is known of
        const free = paper.onHand.MAIN - (known.ANNEX ? 0 : promised())
        const isGood = free >= each.quantity
        await refusedOr(isGood, () =>
          kit.work((books) =>
            sendTransfer(
              books,
              { key: `hub/${n}`, from: 'MAIN', to: 'ANNEX', sentAt: time, lines: [{ product: 'A', quantity: String(each.quantity) }] },
              by,
            ),
          ),
        )
        if (!isGood) break
        paper.onHand.MAIN -= each.quantity
        known.ANNEX = true
        paper.transit = { key: `hub/${n}`, sent: each.quantity }
        break
      }
      case 'come': {
        const { transit } = paper
        if (transit === undefined) break
        await kit.work((books) =>
          receiveTransfer(
            books,
            { key: transit.key, lines: [{ key: '1', received: String(each.quantity) }], receivedAt: time, complete: true },
            by,
          ),
        )
        paper.onHand.ANNEX += each.quantity
        paper.transit = undefined
        break
      }
      case 'order':
        paper.orders.set(`o${n}`, each.quantity)
        await order(`o${n}`, 'open')
        break
      case 'cancel': {
        const [key] = paper.orders.keys()
        if (key === undefined) break
        await order(key, 'cancelled')
        paper.orders.delete(key)
        break
      }
      case 'reserve': {
        const isGood = total() - promised() - kept() >= each.quantity
        await refusedOr(isGood, async () => {
          const asked = {
            channel: 'shop-us',
            holdForMs: holdMs,
            actor: 'test',
            reference: `r${n}`,
            lines: [{ product: 'A', quantity: String(each.quantity) }],
          }
          const [line] = await kit.database.write((tx) => reserve(tx, desk, asked))
          paper.kept.set(line?.id ?? '', { quantity: each.quantity, until: now + holdMs, reference: `r${n}` })
        })
        break
      }
      case 'release': {
        const [id] = paper.kept.keys()
        if (id === undefined) break
        await kit.database.write((tx) => releaseReservation(tx, desk, id))
        paper.kept.delete(id)
        break
      }
      case 'taken': {
        const found = [...paper.kept].find(([, { until }]) => until > now)
        if (found === undefined) break
        const [id, { quantity: pieces, reference }] = found
        paper.kept.delete(id)
        paper.orders.set(reference, pieces)
        await order(reference, 'open')
        break
      }
      case 'pass':
        now += holdMs / 2
    }
  }
  const rows = await kit.database.read.selectFrom('stock').selectAll().where('product', '=', 'A').execute()
  const sum = (column: 'on_hand' | 'reserved' | 'available' | 'in_transit') =>
    Number(
      fromScaled(
        rows.reduce((all, row) => all + BigInt(row[column]), 0n),
        quantityScale,
      ),
    )
  for (const at of ['ANNEX', 'MAIN'] as const)
    expect(Number(rows.filter((row) => row.location === at).reduce((all, row) => all + BigInt(row.on_hand), 0n)) / 1e6).toBe(
      paper.onHand[at],
    )
  if (rows.length > 0) expect([sum('reserved'), sum('available')]).toEqual([promised(), total() - promised()])
  expect(sum('in_transit')).toBe(paper.transit?.sent ?? 0)
  const held = (await promisedOf(kit.database.read, kitTenant, ['A'])).get('A') ?? 0n
  expect(Number(held) / 1e6).toBeGreaterThanOrEqual(kept())
  expect(await unbalanced(kit.database.read, kitTenant, 10)).toEqual([])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  await kit.database.close()
}

test('movements, counts, transfers, orders and reservations in any order come to what a person would keep on paper', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => play(steps)),
    { numRuns: Number(process.env.STOCK_RUNS ?? 25) },
  )
})
