import { afterEach, beforeEach, expect, test } from 'vitest'
import { every } from '../model/timing.ts'
import { listReports } from '../store/report.ts'
import { dutiesOf, knowLamp, later } from '../testing/bed-questions.ts'
import { type Bed, openBed, toShop } from '../testing/pipeline-bed.ts'
import type { ReconcileReport } from './reconcile-report.ts'
import { type ReconcileWish, reconcile } from './reconcile-run.ts'
import { syncSchedules } from './schedule.ts'

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [toShop] })
  await knowLamp(bed)
  await bed.drain(bed.context, ['stock'])
  bed.partner.stock.set(7, 12)
  await later(bed, 60_000, ['stock', 'orders'])
  await later(bed, 60_000, ['orders'])
})
afterEach(() => bed.close())

const compare = async (more: Partial<ReconcileWish> = {}): Promise<ReconcileReport> => {
  const wish: ReconcileWish = { connection: 'shop', from: null, until: null, heal: 'none', dryRun: false, askedBy: 'test', ...more }
  const row = await reconcile(bed.context, wish, new AbortController().signal)
  const parts = JSON.parse(row.body) as ReconcileReport[]
  return parts.find(({ stream }) => stream === toShop.id) ?? expect.unreachable()
}

test('a figure that somebody changed at the partner is found, and sent again when that is asked for', async () => {
  expect(bed.partner.shown.get('LAMP')).toBe(12)
  expect(await compare()).toMatchObject({ same: true, records: 1 })
  bed.partner.shown.set('LAMP', 3)
  const report = await compare({ heal: 'push', dryRun: true })
  expect(report.differences).toMatchObject([
    { kind: 'edited-there', heal: 'pushed', changes: [{ path: 'quantity', before: 12, after: 3 }], byItself: false },
  ])
  await bed.drain()
  expect(bed.partner.shown.get('LAMP')).toBe(3)

  await compare({ heal: 'push' })
  await later(bed, 60_000, ['orders'])
  await later(bed, 60_000, ['orders'])
  expect(bed.partner.shown.get('LAMP')).toBe(12)
  expect(await compare()).toMatchObject({ same: true })
  expect((await dutiesOf(bed, 'shop')).every((duty) => duty.startsWith('state delivered') || duty.startsWith('state superseded'))).toBe(
    true,
  )
})

test('by the clock a connection is compared and nothing healed; a difference is an alarm until the next comparison finds none', async () => {
  bed.change({ setups: [{ name: 'shop', reconcile: { timing: every(3_600_000), days: 7 } }] })
  await syncSchedules(bed.context)
  bed.partner.shown.set('LAMP', 3)
  await later(bed, 3_600_000)
  await later(bed, 60_000)
  expect(await listReports(bed.database.read, 'default', { limit: 5 })).toMatchObject([
    { connection: 'shop', same: 0, asked_by: 'schedule' },
  ])
  const open = () =>
    bed.database.read
      .selectFrom('alarm')
      .select(['subject', 'kind'])
      .where('closed_at', 'is', null)
      .where('kind', '=', 'reconcile')
      .execute()
  expect(await open()).toEqual([{ subject: 'reconcile/shop', kind: 'reconcile' }])
  for (let round = 0; round < 2; round++) await later(bed, 60_000, ['orders'])
  expect(bed.partner.shown.get('LAMP')).toBe(3)
  bed.partner.shown.set('LAMP', 12)
  await compare()
  await later(bed, 60_000)
  expect(await open()).toEqual([])
})
