import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks } from '../ledger/books.ts'
import { note } from '../ledger/findings.ts'
import { finish } from '../ledger/finish.ts'
import { parcel, parcelLine, ref } from '../ledger/ledger-kit.ts'
import type { JsonObject } from '../model/json.ts'
import { knowLamp, later, order } from '../testing/bed-questions.ts'
import { type Bed, openBed, toErp } from '../testing/pipeline-bed.ts'
import { actOnFinding } from './act-finding.ts'

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [toErp] })
  await knowLamp(bed)
  await order(bed, 1)
})
afterEach(() => bed.close())

const wish = { who: 'anna', note: 'seen' }
const rows = () => bed.database.read.selectFrom('finding').selectAll().execute()
const found = async (code: string) => {
  const row = (await rows()).find((one) => one.code === code)
  if (row === undefined) throw new Error(`no finding ${code}`)
  return row
}
const noted = (code: Parameters<typeof note>[1]['code'], type: string, key: string, detail: JsonObject = {}, path = '') =>
  bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: 'default', now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    note(books, { type, key, code, path, detail })
    await finish(books)
  })

test('reread asks the partner for the record again', async () => {
  await noted('does-not-foot', 'sales-order', 'shop/1')
  const before = bed.partner.calls('GET', '/shop/orders/1')
  await actOnFinding(bed.context, await found('does-not-foot'), wish)
  await bed.drain()
  expect(bed.partner.calls('GET', '/shop/orders/1')).toBe(before + 1)
})

test('reapply processes the record again', async () => {
  await noted('unknown-unit', 'sales-order', 'shop/1', { order: 'shop/1', unit: 'x' })
  await actOnFinding(bed.context, await found('unknown-unit'), wish)
  const received = await bed.database.read.selectFrom('envelope').select('state').where('stream', '=', 'orders').execute()
  expect(received.map(({ state }) => state)).toContain('received')
  await later(bed, 1000)
  expect(
    (await bed.database.read.selectFrom('envelope').select('state').where('stream', '=', 'orders').execute()).map(({ state }) => state),
  ).not.toContain('received')
})

test('rederive puts figures right', async () => {
  const right = await bed.database.read.selectFrom('order_state').selectAll().execute()
  await bed.database.write((tx) => tx.updateTable('order_state').set({ grand_total: 1 }).execute())
  await noted('figures-differ', 'sales-order', 'shop/1', { tables: ['order_state'], rows: 1 })
  await actOnFinding(bed.context, await found('figures-differ'), wish)
  expect(await bed.database.read.selectFrom('order_state').selectAll().execute()).toEqual(right)
})

test('resend makes the delivery again, under a new effect key and with who asked', async () => {
  const [delivery] = await bed.database.read.selectFrom('delivery').selectAll().execute()
  await noted('cancel-too-late', 'sales-order', 'shop/1', { delivery: delivery?.id ?? '' })
  await actOnFinding(bed.context, await found('cancel-too-late'), wish)
  const again = await bed.database.read.selectFrom('delivery').selectAll().executeTakeFirstOrThrow()
  expect(again.generation).toBe((delivery?.generation ?? 0) + 1)
  expect(await bed.database.read.selectFrom('audit').select(['who', 'act']).execute()).toEqual([{ who: 'anna', act: 'sent-again' }])
})

test('link gives a record to the document a person names, and only to one that is there', async () => {
  await noted('identity-conflict', 'sales-order', 'erp/88', { connection: 'erp', externalKey: '88', matches: ['shop/1', 'shop/2'] })
  const row = await found('identity-conflict')
  await expect(actOnFinding(bed.context, row, wish)).rejects.toMatchObject({ detail: { code: 'no-key' } })
  await expect(actOnFinding(bed.context, row, { ...wish, key: 'shop/9' })).rejects.toMatchObject({ detail: { code: 'no-document' } })
  await actOnFinding(bed.context, row, { ...wish, key: 'shop/1' })
  const links = await bed.database.read.selectFrom('link').selectAll().where('external_key', '=', '88').execute()
  expect(links).toMatchObject([{ connection: 'erp', key: 'shop/1', linked_by: 'person' }])
  expect((await found('identity-conflict')).state).toBe('closed')
})

test('link gives a line that names none of ours the line a person names', async () => {
  const shipped = parcel(
    'p1',
    ref('sales-order', 'shop', '1'),
    [parcelLine({ externalKey: '900' }, 'LAMP', '1')],
    '2026-11-23T12:00:00.000Z',
  )
  await bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: 'default', now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    await applyPart(books, shipped)
    await finish(books)
  })
  const row = await found('unmatched-line')
  await expect(actOnFinding(bed.context, row, { ...wish, key: 'none' })).rejects.toMatchObject({ detail: { code: 'no-line' } })
  const [line] = await bed.database.read.selectFrom('order_line').selectAll().execute()
  await actOnFinding(bed.context, row, { ...wish, key: line?.line ?? '' })
  expect((await found('unmatched-line')).state).toBe('closed')
  const links = await bed.database.read.selectFrom('line_link').selectAll().where('external_line', '=', '900').execute()
  expect(links).toMatchObject([{ connection: 'erp', key: 'shop/1', line: line?.line }])
})
