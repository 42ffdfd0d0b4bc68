import { afterEach, describe, expect, test } from 'vitest'
import { reject } from '../model/errors.ts'
import { seizeLane } from '../store/lane.ts'
import { documentOf, hook, later, statesOf } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed } from '../testing/pipeline-bed.ts'
import { tinyErp } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Context } from './context.ts'
import { ingest } from './ingest.ts'
import { liveLanes } from './lanes.ts'
import { split } from './split.ts'
import { sweep } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed({ routes: [], ...options })
}
const lanesDue = async (context: Context = bed.context) =>
  (await sweep(context)).flatMap((ring) => (ring.kind === 'ingest' ? [ring.lane] : []))

/** A context whose mapping breaks for one record, as a bug of ours would. */
const withBug = (context: Context, id: number, broken: () => boolean = () => true): Context => ({
  ...context,
  catalogue: () => {
    const catalogue = context.catalogue()
    const mapping = catalogue.mappings.get('tiny/order') ?? expect.unreachable()
    const pull: typeof mapping.pull = (record, about) => {
      if (broken() && typeof record === 'object' && record !== null && 'id' in record && record.id === id)
        throw new TypeError('x is not a function')
      return mapping.pull(record, about)
    }
    return { ...catalogue, mappings: new Map([...catalogue.mappings, ['tiny/order', { ...mapping, pull }]]) }
  },
})

describe('records without a version', () => {
  const article = async (quantity: string) => {
    bed.partner.articles.splice(0, 1, { id: 7, code: 'LAMP', name: quantity })
    await later(bed, 60_000, ['articles'])
  }
  test('are compared with the last of their key only: 5, 4, 5 ends at 5', async () => {
    await open()
    for (const name of ['5', '4', '5', '5']) await article(name)
    expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied', 'applied', 'unchanged'])
    const document = await documentOf(bed, 'product', 'LAMP')
    expect(JSON.parse(document?.body ?? '{}').name).toBe('5')
    expect(document?.version).toBe(3)
  })

  test('that were read earlier do not undo what was read later', async () => {
    await open()
    await article('5')
    await article('6')
    const rows = await bed.database.read.selectFrom('envelope').selectAll().orderBy('id').execute()
    // the first page again, as a slow process might bring it
    await bed.database.write(async (tx) => {
      const first = rows[0] ?? expect.unreachable()
      await tx
        .insertInto('envelope')
        .values({ ...first, id: bed.context.newId(), state: 'received' })
        .execute()
      await tx.updateTable('lane').set({ ready_at: bed.clock.now }).where('kind', '=', 'ingest').execute()
    })
    await bed.drain()
    expect((await statesOf(bed, 'envelope')).at(-1)).toBe('stale')
    expect(JSON.parse((await documentOf(bed, 'product', 'LAMP'))?.body ?? '{}').name).toBe('6')
  })
})

test('one bad record does not fail the others of its batch, and has no effect itself', async () => {
  await open()
  for (let id = 1; id <= 20; id++) await hook(bed, tinyOrder(id, id === 7 ? { placed: 'yesterday' } : id === 9 ? { total: '1.23456' } : {}))
  await bed.drain()
  const states = await statesOf(bed, 'envelope')
  expect(states.filter((state) => state === 'applied').length).toBe(18)
  expect(states.filter((state) => state === 'dead/invalid').length).toBe(2)
  expect(await documentOf(bed, 'sales-order', 'shop/7')).toBe(undefined)
  const bad = await bed.database.read.selectFrom('envelope').select('detail').where('key', '=', '7').executeTakeFirstOrThrow()
  expect(JSON.parse(bad.detail ?? '{}').parts[0]).toMatchObject({
    document: 'sales-order',
    state: 'dead',
    errors: [{ code: 'DATE', from: '/placed', found: 'yesterday' }],
  })
})

test('a record on which the hub itself breaks is set aside as poison, and all others go on', async () => {
  await open()
  for (let id = 1; id <= 10; id++) await hook(bed, tinyOrder(id))
  await split(bed.context)
  const buggy = withBug(bed.context, 4)
  for (let round = 0; round < 3; round++) for (const lane of await lanesDue()) await ingest(buggy, lane)
  const states = await statesOf(bed, 'envelope')
  expect(states.filter((state) => state === 'applied').length).toBe(9)
  expect(states.filter((state) => state === 'dead/poison').length).toBe(1)
  const row = await bed.database.read
    .selectFrom('envelope')
    .select(['key', 'detail', 'crashes'])
    .where('state', '=', 'dead')
    .executeTakeFirstOrThrow()
  expect(row).toMatchObject({ key: '4', crashes: 3 })
  expect(row.detail).toContain('x is not a function')
  expect(bed.said.map(({ level }) => level)).toEqual(['error'])
})

test('a record that kills the process each time is found out by the count before the work', async () => {
  await open({ settings: { leaseMs: 1000 } })
  for (let id = 1; id <= 4; id++) await hook(bed, tinyOrder(id))
  await split(bed.context)
  /** A process that is gone the moment it maps order 2: no statement of it comes through after that. */
  const dying = () => {
    let dead = false
    const gone = () => {
      throw Object.assign(new Error('killed'), { killed: true })
    }
    const context = withBug(
      { ...bed.another(), database: { ...bed.database, write: (work) => (dead ? gone() : bed.database.write(work)) } },
      2,
      () => {
        dead = true
        return true
      },
    )
    return context
  }
  for (let life = 0; life < 12; life++) {
    for (const lane of await lanesDue()) await ingest(dying(), lane).catch(() => {})
    bed.clock.now += 1001
  }
  const states = await bed.database.read.selectFrom('envelope').select(['key', 'state', 'reason']).orderBy('key').execute()
  expect(states).toMatchObject([
    { key: '1', state: 'applied' },
    { key: '2', state: 'dead', reason: 'poison' },
    { key: '3', state: 'applied' },
    { key: '4', state: 'applied' },
  ])
})

test('a batch that fails does not cost an innocent envelope that was at hand when a process died', async () => {
  await open({ settings: { ingestBatch: 64 } })
  for (let id = 1; id <= 3; id++) await hook(bed, tinyOrder(id))
  await split(bed.context)
  await bed.database.write(async (tx) => {
    await tx.updateTable('envelope').set({ crashes: 1 }).execute()
  })
  let failures = 0
  const context = withBug(bed.context, 3, () => {
    if (failures++ > 0) return false
    throw reject('bad-data', 'a fault of the data that only the whole batch meets')
  })
  for (let round = 0; round < 3; round++) for (const lane of await lanesDue(context)) await ingest(context, lane)
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied', 'applied'])
})

test('lanes that were taken together are given back when one of them went to another worker', async () => {
  await open()
  for (let id = 1; id <= 6; id++) await hook(bed, tinyOrder(id))
  await split(bed.context)
  const lanes = await lanesDue()
  const [first = -1, second = -1] = lanes
  // the second lane is taken away between the claim and the work
  let writes = 0
  const context: Context = {
    ...bed.context,
    database: {
      ...bed.database,
      read: bed.database.read,
      write: async (work) => {
        const result = await bed.database.write(work)
        if (++writes === 2) await bed.database.write((tx) => seizeLane(tx, 'default', 'ingest', String(second), bed.clock.now))
        return result
      },
    },
  }
  expect(await ingest(context, first)).toBe(0)
  expect((await lanesDue()).sort()).toEqual([...lanes].sort())
  await bed.drain()
  expect(new Set(await statesOf(bed, 'envelope'))).toEqual(new Set(['applied']))
})

test.each(['applied at once', 'in lanes'])('versions of one key take effect in order, over batches and lanes: %s', async (way) => {
  await open({ settings: { ingestBatch: 3 } })
  const at = (n: number) => new Date(Date.parse('2026-11-23T08:00:00Z') + n * 1000).toISOString()
  for (let n = 1; n <= 10; n++) for (const id of [1, 2, 3]) await hook(bed, tinyOrder(id, { at: at(n), note: `v${n}` }))
  if (way === 'in lanes') while ((await split(bed.context)) > 0);
  await bed.drain()
  expect(new Set(await statesOf(bed, 'envelope'))).toEqual(new Set(['applied']))
  for (const id of [1, 2, 3]) {
    const versions = await bed.database.read
      .selectFrom('document_version')
      .select('body')
      .where('key', '=', `shop/${id}`)
      .orderBy('version')
      .execute()
    expect(versions.map(({ body }) => JSON.parse(body).note)).toEqual(Array.from({ length: 10 }, (_, n) => `v${n + 1}`))
  }
})

test('a second worker claims nothing of a lane that is held', async () => {
  await open()
  await hook(bed, tinyOrder(1))
  await split(bed.context)
  const [lane = -1] = await lanesDue()
  const [a, b] = await Promise.all([ingest(bed.context, lane), ingest(bed.another(), lane)])
  expect([a, b].sort()).toEqual([0, 1])
  expect(await statesOf(bed, 'envelope')).toEqual(['applied'])
})

test('lanes are fixed: the same key is always in the same of 64', async () => {
  await open()
  for (let id = 1; id <= 40; id++) await hook(bed, tinyOrder(id))
  await split(bed.context)
  const rows = await bed.database.read.selectFrom('envelope').select(['key', 'lane']).execute()
  expect(rows.every(({ lane }) => lane >= 0 && lane < liveLanes)).toBe(true)
  expect(new Set(rows.map(({ lane }) => lane)).size).toBeGreaterThan(15)
  expect(rows.find(({ key }) => key === '1')?.lane).toBe(17)
})

test('a stock figure of an article that nobody knows yet waits, and is applied when the article comes', async () => {
  await open({ erp: tinyErp() })
  bed.partner.stock.set(7, 12)
  await bed.drain(bed.context, ['stock'])
  expect(await statesOf(bed, 'envelope')).toEqual(['parked/missing-link'])
  bed.partner.articles.push({ id: 7, code: 'LAMP' })
  await bed.drain(bed.context, ['articles'])
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied'])
})
