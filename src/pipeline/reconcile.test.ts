import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { every } from '../model/timing.ts'
import { listPlans } from '../store/plan.ts'
import { documentOf, hook, knowLamp, order } from '../testing/bed-questions.ts'
import { type Bed, openBed, toErp } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { type TinyOrder, tinyOrder } from '../testing/tiny-partner.ts'
import { pull } from './pull.ts'
import { reconcileStream } from './reconcile.ts'
import type { ReconcileAsk, ReconcileReport } from './reconcile-report.ts'
import { split } from './split.ts'

const { orders = expect.unreachable() } = tinyShop.streams
const shop: Connector = {
  ...tinyShop,
  streams: {
    ...tinyShop.streams,
    orders: { ...orders, ids: { call: { path: '/order-ids' }, records: 'ids', page: { kind: 'single' }, key: 'id' } },
  },
}

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [], shop })
})
afterEach(() => bed.close())

const minute = 60_000
const made = (id: number, more: Partial<TinyOrder> = {}): TinyOrder => tinyOrder(id, { at: new Date(bed.clock.now).toISOString(), ...more })
const place = (id: number, more: Partial<TinyOrder> = {}): void => void bed.partner.orders.set(id, made(id, more))
const compare = (more: Partial<ReconcileAsk> = {}): Promise<ReconcileReport> => {
  const ask: ReconcileAsk = { connection: 'shop', stream: 'orders', from: '2026-11-20', until: null, heal: 'none', dryRun: false, ...more }
  const setup = bed.context.catalogue().connections.get(ask.connection) ?? expect.unreachable()
  return reconcileStream(bed.context, setup, ask, new AbortController().signal)
}
const kindsOf = (report: ReconcileReport): readonly string[] => report.differences.map((one) => `${one.kind} ${one.externalKey}`).sort()

/** Twenty orders of two days in both places. */
async function trade(): Promise<void> {
  for (let id = 1; id <= 20; id++) place(id, { placed: `2026-11-${id <= 8 ? 22 : 23}T08:00:00.000Z`, total: `${id}.10` })
  await bed.drain(bed.context, ['orders'])
  bed.clock.now += minute
}

test('both sides agree: counts, exact sums and buckets of each day', async () => {
  await trade()
  const report = await compare()
  expect(report).toMatchObject({ same: true, records: 20, differences: [] })
  // from the partner's own records
  const sum = (ids: readonly number[]) => (ids.reduce((cents, id) => cents + id * 100 + 10, 0) / 100).toFixed(2)
  const days = [...bed.partner.orders.keys()]
  expect(report.days.map(({ day, same, there }) => [day, same, there.count, there.sums['amount USD']])).toEqual([
    ['2026-11-22', true, 8, sum(days.filter((id) => id <= 8))],
    ['2026-11-23', true, 12, sum(days.filter((id) => id > 8))],
  ])
  for (const day of report.days) expect(day.here).toEqual(day.there)
  expect((await compare({ from: '2026-11-23' })).days.map(({ day, there }) => [day, there.count])).toEqual([['2026-11-23', 12]])
})

/** One difference of each kind that an order can have. */
async function disagree(): Promise<void> {
  await trade()
  // older than the checkpoint and never announced: lost
  place(31, { at: '2026-11-23T08:59:00.000Z' })
  // changed without its time of change: no live run sees it
  const five = bed.partner.orders.get(5) ?? expect.unreachable()
  bed.partner.orders.set(5, { ...five, total: '99.99', lines: five.lines.map((line) => ({ ...line, amount: '99.99' })) })
  bed.partner.orders.delete(7)
  bed.clock.now += minute
  place(32)
}

test('every kind of difference is found, with its field', async () => {
  await disagree()
  const report = await compare()
  expect(kindsOf(report)).toEqual(['edited-there 5', 'late 32', 'lost 31', 'missing-there 7'])
  expect(report.counts).toMatchObject({ late: 1, lost: 1, 'missing-there': 1, 'edited-there': 1, duplicated: 0, remapped: 0, refused: 0 })
  const edited = report.differences.find(({ kind }) => kind === 'edited-there')
  expect(edited?.changes).toContainEqual({ path: 'totals.grandTotal', before: '5.10', after: '99.99' })
  expect(report.differences.find(({ kind }) => kind === 'missing-there')?.detail).toContain('does not have it')
  const [first, second] = report.days
  expect([first?.there.count, first?.here.count, second?.there.count, second?.here.count]).toEqual([7, 8, 14, 12])
  expect(report.days.every(({ same }) => !same)).toBe(true)
  // what the partner holds is what the report counts there
  expect(report.days.reduce((count, { there }) => count + there.count, 0)).toBe(bed.partner.orders.size)
})

test('a comparison and a dry run change nothing; healing by reading makes both sides the same', async () => {
  await disagree()
  const envelopes = () => bed.database.read.selectFrom('envelope').select('id').execute()
  const before = await envelopes()
  await compare()
  const dry = await compare({ heal: 'pull', dryRun: true })
  expect(dry.differences.map(({ kind, heal }) => `${kind} ${heal}`).sort()).toEqual([
    'edited-there read-again',
    'late read-again',
    'lost read-again',
    'missing-there deleted',
  ])
  expect(await envelopes()).toEqual(before)

  const streams = new Map([['orders', { timing: every(minute), ids: { timing: every(60 * minute), maxPercent: 50 } }]])
  bed.change({ setups: [{ name: 'shop', streams }] })
  await compare({ heal: 'pull' })
  await bed.drain()
  expect(await compare()).toMatchObject({ same: true, differences: [] })
  expect(JSON.parse((await documentOf(bed, 'sales-order', 'shop/5'))?.body ?? '').totals.grandTotal).toBe('99.99')
  expect(await documentOf(bed, 'sales-order', 'shop/7')).toMatchObject({ deleted: 1 })
})

test('deletes beyond the limit of the stream wait for a person, as those of a comparison of keys do', async () => {
  await trade()
  for (const id of [3, 4]) bed.partner.orders.delete(id)
  const report = await compare({ heal: 'pull' })
  expect(report.differences.map(({ kind, heal }) => `${kind} ${heal}`)).toEqual(['missing-there held', 'missing-there held'])
  expect(await listPlans(bed.database.read, 'default', { limit: 5 })).toMatchObject([
    { kind: 'deletes', state: 'held', affected: 2, total: 20 },
  ])
  await bed.drain()
  expect(await documentOf(bed, 'sales-order', 'shop/3')).toMatchObject({ deleted: 0 })
})

test('a record that the inbox holds is late, not lost, and one that nothing can be made of is told', async () => {
  await trade()
  place(31, { at: '2026-11-23T08:59:00.000Z' })
  await hook(bed, bed.partner.orders.get(31))
  place(32, { at: '2026-11-23T08:59:00.000Z', state: 'no such state' })
  await split(bed.context)
  const report = await compare()
  expect(kindsOf(report)).toEqual(['late 31', 'refused 32'])
  expect(report.differences.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^the envelope \S+ is received$/),
    expect.stringContaining('the mapping refused the record'),
  ])
})

test('what may lie in a page or a webhook that nobody has cut is late', async () => {
  await trade()
  place(31, { at: '2026-11-23T08:59:00.000Z' })
  expect(kindsOf(await compare())).toEqual(['lost 31'])
  bed.clock.now += minute
  expect(await pull(bed.context, 'shop', 'orders')).toMatchObject({ state: 'done' })
  const report = await compare()
  expect(kindsOf(report)).toEqual(['late 31'])
  expect(report.differences.map(({ detail }) => detail)).toEqual(['something that came of this connection is not cut yet'])
})

test('what another mapping makes of the same record is told apart from what the partner changed', async () => {
  await trade()
  const body = JSON.parse((await documentOf(bed, 'sales-order', 'shop/4'))?.body ?? '')
  await bed.database.write((tx) =>
    tx
      .updateTable('document')
      .set({ body: JSON.stringify({ ...body, note: 'of an older mapping' }) })
      .where('key', '=', 'shop/4')
      .execute(),
  )
  const report = await compare()
  expect(kindsOf(report)).toEqual(['remapped 4'])
  expect(report.differences[0]?.changes).toEqual([{ path: 'note', before: 'of an older mapping', after: null }])
  await compare({ heal: 'pull' })
  await bed.drain()
  expect(await compare()).toMatchObject({ same: true })
})

test('a document that the hub brought there is missed when it is gone, and told when it stands there twice', async () => {
  await bed.close()
  bed = await openBed({ routes: [toErp] })
  await knowLamp(bed)
  for (const id of [1, 2, 3]) await order(bed, id)
  const ask = { connection: 'erp', stream: 'sales', from: null }
  expect(await compare(ask)).toMatchObject({ same: true, records: 3 })
  const [first = expect.unreachable()] = [...bed.partner.sales.values()]
  bed.partner.sales.set(8, { ...first, id: 8 })
  bed.partner.sales.delete(3)
  const report = await compare(ask)
  expect(kindsOf(report)).toEqual(['duplicated 8', 'missing-there 3'])
  expect(report.differences.find(({ kind }) => kind === 'duplicated')).toMatchObject({ key: 'shop/1' })
})
