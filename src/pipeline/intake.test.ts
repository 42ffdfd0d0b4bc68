import { afterEach, expect, test } from 'vitest'
import { documentOf, hook, statesOf } from '../testing/bed-questions.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import type { Context } from './context.ts'
import { ingest } from './ingest.ts'
import { intake } from './intake.ts'
import { split } from './split.ts'
import { sweep } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())

const counted = (context: Context): { readonly context: Context; readonly writes: () => number } => {
  let writes = 0
  const database: Context['database'] = {
    ...context.database,
    write: (work) => {
      writes += 1
      return context.database.write(work)
    },
  }
  return { context: { ...context, database }, writes: () => writes }
}
const at = (second: number) => new Date(Date.parse('2026-11-23T09:00:00Z') + second * 1000).toISOString()

test('many receipts are cut and applied by one transaction, and leave nothing in the lanes', async () => {
  bed = await openBed({ routes: [] })
  for (let id = 1; id <= 40; id++) await hook(bed, tinyOrder(id))
  const { context, writes } = counted(bed.context)
  expect(await intake(context)).toBe(40)
  expect(await statesOf(bed, 'envelope')).toEqual(Array(40).fill('applied'))
  expect((await sweep(bed.context)).filter(({ kind }) => kind !== 'pull')).toEqual([])
  // the lease is taken, the work is done, nothing is left and the lease is given back
  expect(writes()).toBe(3)
})

test('what waits in a lane comes before what arrives for it', async () => {
  bed = await openBed({ routes: [] })
  await hook(bed, tinyOrder(1, { at: at(1), total: '11.00' }))
  await split(bed.context)
  await hook(bed, tinyOrder(1, { at: at(2), total: '12.00' }))
  await intake(bed.context)
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'applied'])
  expect(await documentOf(bed, 'sales-order', 'shop/1')).toMatchObject({ version: 2 })
  expect((await sweep(bed.context)).filter(({ kind }) => kind !== 'pull')).toEqual([])
})

test('when one record breaks the hub, all go to their lanes, where it is set aside by itself', async () => {
  bed = await openBed({ routes: [] })
  for (let id = 1; id <= 10; id++) await hook(bed, tinyOrder(id))
  const mapping = bed.context.catalogue().mappings.get('tiny/order') ?? expect.unreachable()
  const pull: typeof mapping.pull = (record, about) => {
    if (typeof record === 'object' && record !== null && 'id' in record && record.id === 4) throw new TypeError('x is not a function')
    return mapping.pull(record, about)
  }
  const buggy: Context = {
    ...bed.context,
    catalogue: () => {
      const catalogue = bed.context.catalogue()
      return { ...catalogue, mappings: new Map([...catalogue.mappings, ['tiny/order', { ...mapping, pull }]]) }
    },
  }
  await intake(buggy)
  expect((await statesOf(bed, 'envelope')).every((state) => state === 'received')).toBe(true)
  for (let round = 0; round < 3; round++) for (const ring of await sweep(buggy)) if (ring.kind === 'ingest') await ingest(buggy, ring.lane)
  expect((await statesOf(bed, 'envelope')).toSorted()).toEqual([...Array(9).fill('applied'), 'dead/poison'])
})
