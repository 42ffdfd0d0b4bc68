import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
import { askTogether, part } from './ask-together.ts'
import type { Database } from './database.ts'
import { savePartyRows } from './party-document.ts'
import { partyReader } from './party-reader.ts'

const tenant = 't'
let database: Database
beforeAll(async () => {
  database = await openTestStore()
  const line = {
    ...{ tenant, type: 'sales-order', origin: 'shop', cancelled: 0, confirmed: 0, shipped: 0, received: 0, rejected: 0 },
    ...{ invoiced: 0, restocked: 0, open: 0 },
  }
  const told = { tenant, at: 1, kind: 'created', type: 'sales-order', detail: '{"a":1}' }
  await database.write(async (tx) => {
    await tx
      .insertInto('order_line')
      .values([
        { ...line, key: 'mine', line: '1', number: '10', product: null, quantity: 9_007_199_254_740_993n },
        { ...line, key: 'mine', line: '2', number: '20', product: 'A', quantity: 7 },
        { ...line, key: 'theirs', line: '1', number: '10', product: 'B', quantity: 1 },
      ])
      .execute()
    await tx
      .insertInto('journal')
      .values(['3', '1', '2'].map((id) => ({ ...told, id, key: 'mine' })))
      .execute()
    await tx
      .insertInto('journal')
      .values({ ...told, id: '4', key: 'theirs' })
      .execute()
    const own = { tenant, party: 'me', role: 'buyer', organisation: '', valid_from: '', valid_to: null }
    await savePartyRows(tx, [{ ...own, type: 'sales-order', key: 'mine' }])
  })
})
afterAll(() => database.close())

const ask = askTogether({
  lines: part('order_line', { tenant: 'tenant', key: 'key' }, ['line', 'product'], ['quantity', 'open'], { by: ['line'], limit: 9 }),
  none: part('link', { tenant: 'tenant', key: 'key' }, ['external_key']),
  journal: part('journal', { tenant: 'tenant', key: 'key' }, ['type', 'key', 'id', 'detail'], ['at'], { by: ['id'], limit: 2 }),
})
const told = { type: 'sales-order', key: 'mine', detail: '{"a":1}', at: 1 }

test('each table answers with its own columns, whole numbers exactly, and the first ones in their order', async () => {
  expect(await ask(database.read, { tenant, key: 'mine' })).toEqual({
    lines: [
      { line: '1', product: null, quantity: 9_007_199_254_740_993n, open: 0 },
      { line: '2', product: 'A', quantity: 7, open: 0 },
    ],
    none: [],
    journal: [
      { ...told, id: '1' },
      { ...told, id: '2' },
    ],
  })
})

test('a party is shown its own rows, masked', async () => {
  const scope = { tenant, party: 'me', organisation: null, today: '2026-11-23', isLarge: false }
  const read = partyReader(database.read, scope, async (_, rows) => rows.map((row) => ({ ...row, detail: null })))
  const { lines, journal } = await ask(read, { tenant, key: 'mine' })
  expect(lines.map(({ line, quantity }) => [line, quantity])).toEqual([
    ['1', 9_007_199_254_740_993n],
    ['2', 7],
  ])
  expect(journal).toEqual([
    { ...told, id: '1', detail: null },
    { ...told, id: '2', detail: null },
  ])
  expect(await ask(read, { tenant, key: 'theirs' })).toEqual({ lines: [], none: [], journal: [] })
})
