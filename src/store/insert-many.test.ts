import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkSize, insertMany } from './insert-many.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { TextTable } from './tables.ts'

test('chunks have few sizes within every limit and never stop', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 5000 }), (left, most) => {
      const size = chunkSize(left, most)
      expect(size < 8 || size % 8 === 0).toBe(true)
      expect(size).toBeLessThanOrEqual(Math.min(left, 64))
      if (most >= 1) expect(size).toBeLessThanOrEqual(most)
      expect(size).toBeGreaterThan(0)
      expect(Math.min(left, 64, Math.max(most, 1)) - size).toBeLessThan(8)
    }),
  )
})

test('any number of rows is written whole', async () => {
  const database = await openSqlite(':memory:')
  await migrate(database)
  let tenant = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), async (n) => {
      const name = `${tenant++}`
      const rows = Array.from({ length: n }, (_, i): TextTable => ({ tenant: name, hash: `${i}`, body: `${i}`, created_at: i }))
      expect(await database.write((tx) => insertMany(tx, 'text', rows))).toBe(n)
      const kept = await database.read.selectFrom('text').selectAll().where('tenant', '=', name).orderBy('created_at').execute()
      expect(kept).toEqual(rows)
    }),
    { numRuns: 30 },
  )
  await database.close()
})

test('a row without a column is a bug that is named', async () => {
  const database = await openSqlite(':memory:')
  await migrate(database)
  const short = { tenant: 't', hash: 'b' } as TextTable
  const failed = database.write((tx) => insertMany(tx, 'text', [{ tenant: 't', hash: 'a', body: '', created_at: 1 }, short]))
  await expect(failed).rejects.toMatchObject({ detail: { code: 'store-row' }, message: expect.stringContaining('body') })
  await database.close()
})

test('a column that a whole chunk leaves empty, or at zero, is written as such beside one that it fills', async () => {
  const database = await openSqlite(':memory:')
  await migrate(database)
  const rows = [0, 1, 2, 3, 4].map((i) => ({
    tenant: 'a',
    kind: 'deliver',
    lane: `${i}`,
    ready_at: i < 4 ? null : 7,
    lease_until: 0,
    lease_token: i === 2 ? 't' : null,
    fails: i,
  }))
  await database.write((tx) => insertMany(tx, 'lane', rows.slice(0, 2)))
  await database.write((tx) => insertMany(tx, 'lane', rows.slice(2)))
  expect(await database.read.selectFrom('lane').selectAll().orderBy('lane').execute()).toEqual(rows)
  await database.close()
})
