import { afterEach, beforeEach, expect, test } from 'vitest'
import { maxDifferences } from '../ledger/verify.ts'
import { every } from '../model/timing.ts'
import { openAlarms } from '../store/alarm.ts'
import { savePartyRows } from '../store/party-document.ts'
import { listVerifications } from '../store/verification.ts'
import { knowLamp, later, order } from '../testing/bed-questions.ts'
import { type Bed, openBed, toShop } from '../testing/pipeline-bed.ts'
import { syncSchedules } from './schedule.ts'
import { verifyLedger } from './verify-ledger.ts'

const hour = 3_600_000
const noHalt = new AbortController().signal
const asked = { repair: true, askedBy: 'anna' }

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [toShop] })
  await knowLamp(bed)
  bed.partner.stock.set(7, 10)
  await bed.drain(bed.context, ['stock'])
  await order(bed, 1)
  for (let i = 0; i < 5; i++) await later(bed, 10_000, ['orders'])
})
afterEach(() => bed.close())

const alarms = async () => (await openAlarms(bed.database.read, 'default')).filter(({ kind }) => kind === 'verify')
const damage = () => bed.database.write((tx) => tx.updateTable('stock').set({ available: 99_000_000 }).execute())

test('a night finds what differs, keeps it and raises an alarm until a night finds nothing', async () => {
  const context = { ...bed.context, settings: { ...bed.context.settings, verify: every(hour) } }
  await syncSchedules(context)
  await later(bed, 2 * hour)
  expect(await listVerifications(bed.database.read, 'default', { limit: 9 })).toMatchObject([
    { differences: 0, whole: 1, asked_by: 'schedule' },
  ])
  expect(await alarms()).toEqual([])
  await damage()
  await later(bed, 2 * hour)
  await later(bed, hour / 30)
  const [night] = await listVerifications(bed.database.read, 'default', { limit: 1 })
  expect(night).toMatchObject({ differences: 1, mended: null })
  expect(await alarms()).toMatchObject([{ subject: 'verify', detail: JSON.stringify({ verification: night?.id, differences: 1 }) }])
  expect((await bed.database.read.selectFrom('stock').select('available').execute()).map(({ available }) => Number(available))).toEqual([
    99_000_000,
  ])
  await verifyLedger(context, asked, noHalt)
  await later(bed, hour / 30)
  expect(await alarms()).toEqual([])
})

test('a repair derives again, tells the journal, and routes hear of stock that moved', async () => {
  const pushes = async () =>
    (await bed.database.read.selectFrom('delivery').select('state').where('op', '=', 'state').orderBy('id').execute()).map(
      ({ state }) => state,
    )
  expect(await pushes()).not.toContain('due')
  const right = await bed.database.read.selectFrom('stock').select('available').executeTakeFirstOrThrow()
  await damage()
  const { row, found, left } = await verifyLedger(bed.context, asked, noHalt)
  expect(found.differences).toMatchObject([{ table: 'stock', of: { type: 'product', key: 'LAMP' } }])
  expect(left).toEqual([])
  expect(row).toMatchObject({ differences: 0, mended: 1, asked_by: 'anna' })
  expect(await bed.database.read.selectFrom('stock').select('available').executeTakeFirstOrThrow()).toEqual(right)
  const lines = await bed.database.read.selectFrom('journal').selectAll().where('kind', '=', 'repaired').execute()
  expect(lines.map(({ type, key, detail }) => [type, key, JSON.parse(detail ?? '').table])).toEqual([['product', 'LAMP', 'stock']])
  expect((await pushes()).at(-1)).toBe('due')
})

test('a look that ended before all was looked at closes nothing that it did not see', async () => {
  const open = async () =>
    (
      await bed.database.read.selectFrom('finding').select('key').where('code', '=', 'figures-differ').where('state', '=', 'open').execute()
    ).map(({ key }) => key)
  await damage()
  const look = { repair: false, askedBy: 'anna' }
  await verifyLedger(bed.context, look, noHalt)
  expect(await open()).toEqual(['LAMP'])
  const strays = Array.from({ length: maxDifferences }, (_, n) => `shop/x${n}`)
  await bed.database.write((tx) =>
    savePartyRows(
      tx,
      strays.map((key) => ({
        ...{ tenant: 'default', party: 'p', type: 'sales-order', key, role: 'merchant', organisation: '', valid_from: '', valid_to: null },
      })),
    ),
  )
  expect((await verifyLedger(bed.context, look, noHalt)).row).toMatchObject({ whole: 0 })
  expect(await open()).toContain('LAMP')
})

test('what no product has to do with is repaired too', async () => {
  const stray = { tenant: 'default', party: 'p', type: 'sales-order', key: 'shop/x', role: 'merchant' }
  await bed.database.write((tx) => savePartyRows(tx, [{ ...stray, organisation: '', valid_from: '', valid_to: null }]))
  const { row, found } = await verifyLedger(bed.context, asked, noHalt)
  expect([found.differences.map(({ table }) => table), row.differences]).toEqual([['party_document'], 0])
})

test('a work that is ended stops between two pages and keeps nothing', async () => {
  const halt = AbortSignal.abort(new Error('over'))
  await expect(verifyLedger(bed.context, asked, halt)).rejects.toThrow('over')
  expect(await listVerifications(bed.database.read, 'default', { limit: 9 })).toEqual([])
})
