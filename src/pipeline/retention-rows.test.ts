import { afterEach, expect, test } from 'vitest'
import { countAttempts, countReceipts, countRetries } from '../http/counts.ts'
import { alarmRow, planRow } from '../http/test-rows.ts'
import { closeAlarm, raiseAlarm } from '../store/alarm.ts'
import { writeAudit } from '../store/audit.ts'
import { insertBackfill } from '../store/backfill.ts'
import { insertNotices } from '../store/notice.ts'
import { insertPlan } from '../store/plan.ts'
import type { BackfillTable, PlanTable } from '../store/tables.ts'
import { dutiesOf, hook, knowLamp, later, order, statesOf } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed, toErp, toShop } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Retention } from './context.ts'
import { runJob } from './jobs.ts'

let bed: Bed
afterEach(() => bed.close())
const day = 86_400_000
const open = async (retention: Retention) => {
  bed = await openBed({ settings: { retention }, routes: [toErp, toShop] })
}
const removeNow = async () => {
  bed.clock.now += 3_600_000
  expect(await runJob(bed.context, 'retention', '', '')).toEqual({ state: 'done' })
}
const idsOf = async (table: 'alarm' | 'notice' | 'plan' | 'backfill' | 'audit') =>
  (await bed.database.read.selectFrom(table).select('id').where('tenant', '=', bedTenant).orderBy('id').execute()).map(({ id }) => id)

test('envelopes that changed nothing go, but for the last of a key; what took effect and what waits stay', async () => {
  await open({ quietDays: 90, bodiesDays: 7 })
  await knowLamp(bed)
  await order(bed, 1)
  await hook(bed, tinyOrder(1), 'order', 'twice')
  await hook(bed, tinyOrder(2, { at: '2026-11-23T08:00:00Z' }))
  await hook(bed, tinyOrder(2, { at: '2026-11-23T07:00:00Z', note: 'older' }))
  await bed.drain()
  await hook(bed, tinyOrder(1, { at: '2026-11-23T08:30:00.000Z' }))
  await bed.drain()
  // another moment: bytes that came together stay together
  bed.clock.now += 1000
  await hook(bed, '{"broken":')
  await bed.drain()
  const before = await statesOf(bed, 'envelope')
  expect(before).toEqual(expect.arrayContaining(['applied', 'dead/unparseable']))
  const quiet = before.filter((state) => /^(unchanged|duplicate|stale|ignored)/.test(state))
  expect(quiet.length).toBeGreaterThan(1)
  const named = (await bed.database.read.selectFrom('record').select('envelope').execute()).map(({ envelope }) => envelope)
  const lastQuiet = (await bed.database.read.selectFrom('envelope').select(['id', 'state']).execute())
    .filter(({ id }) => named.includes(id))
    .map(({ state }) => state)
  expect(lastQuiet).toContain('unchanged')
  const taken = await countReceipts(bed.database, bedTenant)
  const rows = async () => Number((await bed.database.read.selectFrom('receipt').select('id').execute()).length)
  const rowsBefore = await rows()
  await removeNow()
  expect(await statesOf(bed, 'envelope')).toEqual(before)
  bed.clock.now += 91 * day
  await removeNow()
  const left = await bed.database.read.selectFrom('envelope').select(['id', 'state']).orderBy('id').execute()
  const kept = new Set(left.map(({ id }) => id))
  expect(left.filter(({ state }) => state === 'applied' || state === 'dead').length).toBe(before.length - quiet.length)
  for (const { id, state } of left) if (state !== 'applied' && state !== 'dead') expect(named).toContain(id)
  for (const id of named) expect(kept).toContain(id)
  expect(left.length).toBeLessThan(before.length)
  // the count of what was ever taken goes on
  expect(await rows()).toBeLessThan(rowsBefore)
  expect(await countReceipts(bed.database, bedTenant)).toBe(taken)
  // and what comes once more does nothing twice
  await hook(bed, tinyOrder(1))
  await bed.drain()
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(2)
})

test('pushes of figures go with their tries, commands stay', async () => {
  await open({ pushesDays: 30 })
  await knowLamp(bed)
  bed.partner.stock.set(7, 100)
  bed.partner.shown.set('LAMP', 100)
  await bed.drain(bed.context, ['stock', 'orders'])
  bed.partner.stock.set(7, 90)
  await later(bed, 60_000, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
  await order(bed, 1)
  const settled = async () => [...(await dutiesOf(bed)), ...(await dutiesOf(bed, 'shop'))].filter((duty) => !duty.includes('waiting'))
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect(await dutiesOf(bed, 'shop')).toContain('state delivered')
  await removeNow()
  expect((await settled()).length).toBeGreaterThan(1)
  const tries = await countAttempts(bed.database, bedTenant)
  const retries = await countRetries(bed.database, bedTenant)
  bed.clock.now += 31 * day
  await removeNow()
  expect(await settled()).toEqual(['create delivered'])
  const left = await bed.database.read
    .selectFrom('attempt')
    .innerJoin('delivery', 'delivery.id', 'attempt.delivery')
    .select(['delivery.op', 'delivery.state'])
    .execute()
  expect(left.filter(({ state }) => state === 'delivered')).toEqual([{ op: 'create', state: 'delivered' }])
  expect((await bed.database.read.selectFrom('attempt').select('id').execute()).length).toBe(left.length)
  expect(await countAttempts(bed.database, bedTenant)).toEqual(tries)
  expect(await countRetries(bed.database, bedTenant)).toBe(retries)
})

test('what is over goes: alarms with their messages, plans, ranges, the audit; what is open stays', async () => {
  await open({ alarmsDays: 7, plansDays: 7, auditDays: 90 })
  const { newId } = bed.context
  const ids = { over: newId(), open: newId(), told: newId(), refused: newId(), held: newId(), read: newId(), failed: newId(), act: newId() }
  const { now } = bed.clock
  const plan = (id: string, state: PlanTable['state']) =>
    planRow(bedTenant, id, { state, created_at: now, decided_at: state === 'held' ? null : now })
  const range = (id: string, state: BackfillTable['state']): BackfillTable => ({
    tenant: bedTenant,
    id,
    connection: 'shop',
    stream: 'orders',
    kind: 'range',
    from_at: null,
    until_at: now,
    position: null,
    quiet: 0,
    pages_per_minute: 60,
    pages: 0,
    records: 0,
    state,
    reason: null,
    next_at: now,
    lease_until: 0,
    lease_token: null,
    fails: 0,
    asked_by: 'test',
    created_at: now,
    ended_at: now,
  })
  await bed.database.write(async (tx) => {
    for (const [id, subject] of [
      [ids.over, 'a'],
      [ids.open, 'b'],
    ] as const)
      await raiseAlarm(tx, alarmRow(bedTenant, id, { subject, open_subject: subject }))
    await insertNotices(tx, [
      {
        tenant: bedTenant,
        id: ids.told,
        channel: 'ops',
        alarm: ids.over,
        event: 'opened',
        body: '{}',
        state: 'sent',
        due_at: now,
        lease_until: 0,
        lease_token: null,
        attempts: 1,
        last_error: null,
        created_at: now,
        ended_at: now,
      },
    ])
    await closeAlarm(tx, bedTenant, 'a', now + 5 * day)
    for (const row of [plan(ids.refused, 'refused'), plan(ids.held, 'held')]) await insertPlan(tx, row)
    for (const row of [range(ids.read, 'done'), range(ids.failed, 'failed')]) await insertBackfill(tx, row)
    await writeAudit(tx, { tenant: bedTenant, id: ids.act, at: now, who: 'test', act: 'plan-refused' })
  })
  bed.clock.now += 8 * day
  await removeNow()
  // it was opened before the limit, and closed after it
  expect(await idsOf('alarm')).toEqual([ids.over, ids.open])
  expect(await idsOf('notice')).toEqual([ids.told])
  expect(await idsOf('plan')).toEqual([ids.held])
  expect(await idsOf('backfill')).toEqual([ids.failed])
  expect(await idsOf('audit')).toEqual([ids.act])
  bed.clock.now += 90 * day
  await removeNow()
  expect(await idsOf('alarm')).toEqual([ids.open])
  expect(await idsOf('notice')).toEqual([])
  expect(await idsOf('plan')).toEqual([ids.held])
  expect(await idsOf('backfill')).toEqual([ids.failed])
  expect(await idsOf('audit')).toEqual([])
})
