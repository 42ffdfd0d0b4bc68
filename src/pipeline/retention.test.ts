import { afterEach, describe, expect, test } from 'vitest'
import { documentOf, dutiesOf, hook, knowLamp, order, statesOf } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { runJob } from './jobs.ts'
import { keptRecord } from './kept-record.ts'
import { rehearse, replayEnvelopes } from './replay.ts'
import { syncSchedules } from './schedule.ts'

let bed: Bed
afterEach(() => bed.close())
const day = 86_400_000
const open = async (retention: { readonly bodiesDays?: number; readonly attemptsDays?: number; readonly dedupeDays?: number }) => {
  bed = await openBed({ settings: { retention } })
}
const removeNow = async () => {
  bed.clock.now += 3_600_000
  expect(await runJob(bed.context, 'retention', '', '')).toEqual({ state: 'done' })
}
const receipts = () => bed.database.read.selectFrom('receipt').select(['id', 'state', 'body', 'headers']).orderBy('id').execute()
const count = async (table: 'attempt' | 'dedupe' | 'document_version' | 'journal') =>
  Number(
    (
      await bed.database.read
        .selectFrom(table)
        .select((of) => of.fn.countAll().as('count'))
        .executeTakeFirst()
    )?.count,
  )

test('bytes go after their time, what was made of them stays', async () => {
  await open({ bodiesDays: 30 })
  await knowLamp(bed)
  await order(bed, 1)
  const before = {
    document: await documentOf(bed, 'sales-order', 'shop/1'),
    versions: await count('document_version'),
    journal: await count('journal'),
  }
  await removeNow()
  expect((await receipts()).map(({ state }) => state)).not.toContain('removed')
  bed.clock.now += 30 * day
  await hook(bed, tinyOrder(2))
  await bed.drain()
  await removeNow()
  const now = await receipts()
  expect(now.filter(({ state }) => state === 'removed').length).toBe(now.length - 1)
  for (const { state, body, headers } of now)
    if (state === 'removed') expect([body.byteLength, headers]).toEqual([0, null])
    else expect(Buffer.from(body).toString()).toBe(JSON.stringify(tinyOrder(2)))
  expect(await documentOf(bed, 'sales-order', 'shop/1')).toEqual(before.document)
  expect(await count('document_version')).toBe(before.versions + 1)
  expect(await count('journal')).toBeGreaterThan(before.journal)
})

test('bytes that are needed stay: of a record that is dead or parked', async () => {
  await open({ bodiesDays: 30 })
  await hook(bed, '{"broken":')
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['dead/unparseable'])
  bed.clock.now += 400 * day
  await removeNow()
  expect((await receipts()).map(({ state }) => state)).toEqual(['split'])
})

test('explain and replay say that bytes are gone', async () => {
  await open({ bodiesDays: 30 })
  await knowLamp(bed)
  await order(bed, 1)
  const [envelope] = await bed.database.read
    .selectFrom('envelope')
    .selectAll()
    .where('key', '=', '1')
    .where('stream', '=', 'orders')
    .execute()
  if (envelope === undefined) throw new Error('no envelope')
  expect(await keptRecord(bed.context, envelope)).toBeDefined()
  bed.clock.now += 31 * day
  await removeNow()
  expect(await keptRecord({ ...bed.context, handover: bed.another().handover }, envelope)).toBeUndefined()
  const refused = { detail: { code: 'bytes-removed', recovery: 'reject' }, message: expect.stringContaining(envelope.id) }
  for (const which of [{ ids: [envelope.id] }, { connection: 'shop', stream: 'orders' }]) {
    await expect(replayEnvelopes(bed.context, which)).rejects.toMatchObject(refused)
    await expect(rehearse(bed.context, which)).rejects.toMatchObject(refused)
  }
  expect((await bed.database.read.selectFrom('envelope').select('state').where('id', '=', envelope.id).executeTakeFirst())?.state).toBe(
    'applied',
  )
})

test('tries go when their delivery is settled, however old those of others are', async () => {
  await open({ attemptsDays: 10 })
  await knowLamp(bed)
  await order(bed, 1)
  bed.partner.intercept = ({ method }, usual) => (method === 'POST' ? { status: 422, body: { message: 'no' } } : usual())
  await order(bed, 2)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create dead/http-422'])
  bed.clock.now += 11 * day
  await removeNow()
  const left = await bed.database.read.selectFrom('attempt').select('outcome').where('tenant', '=', bedTenant).execute()
  expect(left).toEqual([{ outcome: 'reject' }])
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create dead/http-422'])
})

describe('marks of events', () => {
  test('are gone through to the end, and an old event that comes again does nothing twice', async () => {
    await open({ dedupeDays: 90 })
    await knowLamp(bed)
    await order(bed, 1)
    const marks = await count('dedupe')
    await bed.database.write(async (tx) => {
      for (let i = 0; i < 1200; i++)
        await tx
          .insertInto('dedupe')
          .values({
            tenant: bedTenant,
            connection: `c${i % 3}`,
            hash: `h${i}`,
            body_hash: 'b',
            envelope: 'e',
            at: bed.clock.now + (i % 2) * 95 * day,
          })
          .execute()
    })
    bed.clock.now += 91 * day
    await removeNow()
    expect(await count('dedupe')).toBe(600)
    expect(marks).toBeGreaterThan(0)
    await hook(bed, tinyOrder(1))
    await bed.drain()
    expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  })
})

test('nothing is removed, and no job runs, where nothing was said', async () => {
  bed = await openBed()
  await syncSchedules(bed.context)
  expect(await runJob(bed.context, 'retention', '', '')).toEqual({ state: 'not-due' })
})

test('a SQLite file gets smaller', async () => {
  bed = await openBed({ memory: false, settings: { retention: { bodiesDays: 30 } } })
  if (bed.database.dialect !== 'sqlite') return
  const { sql } = await import('kysely')
  const pages = async () => (await sql<{ page_count: number }>`pragma page_count`.execute(bed.database.read)).rows[0]?.page_count ?? 0
  for (let i = 1; i <= 20; i++) await hook(bed, tinyOrder(i, { note: 'x'.repeat(3500) }))
  await bed.drain()
  const before = await pages()
  bed.clock.now += 31 * day
  await removeNow()
  expect(await pages()).toBeLessThan(before - 10)
})
