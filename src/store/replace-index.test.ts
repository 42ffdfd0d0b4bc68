import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
import { insertMany } from './insert-many.ts'
import { reservationQuantity } from './migrations/0032-reservation-quantity.ts'
import { mysqlSchema } from './mysql-schema.ts'
import { sqliteSchema } from './sqlite-schema.ts'
import { tableShape } from './table-shape.ts'

test('an index is replaced over the rows that are there, and once more without a change', async () => {
  const database = await openTestStore()
  onTestFinished(() => database.close())
  const row = { tenant: 't', product: 'P', order_key: 'O', line: '1', part: 'open', quantity: 5n, released_at: null }
  await database.write((tx) => insertMany(tx, 'reservation', [row]))
  const shape = tableShape({
    columns: { tenant: 'word', product: 'key', order_key: 'key', line: 'word', part: 'word', quantity: 'exact', released_at: 'whole?' },
    primary: ['tenant', 'product', 'order_key', 'line', 'part'],
    index: [
      ['tenant', 'order_key'],
      ['tenant', 'line'],
    ],
    compact: true,
  })
  const maker = database.dialect === 'sqlite' ? sqliteSchema : mysqlSchema(database.collation ?? '')
  for (let n = 0; n < 2; n++)
    await database.write((tx) => maker.replaceIndex(tx, 'reservation', shape, ['tenant', 'product', 'released_at', 'quantity']))
  for (let n = 0; n < 2; n++) await database.write((tx) => reservationQuantity.up(tx, maker))
  const text =
    database.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from pragma_index_list('reservation') where origin = 'c'`
      : sql<{
          name: string
        }>`select distinct index_name as name from information_schema.statistics where table_schema = database() and table_name = 'reservation' and index_name <> 'PRIMARY'`
  const names = (await text.execute(database.read)).rows.map(({ name }) => name)
  expect(names.sort()).toEqual(['reservation_by_line', 'reservation_by_order_key', 'reservation_by_product_released_at_quantity'])
  expect(await database.read.selectFrom('reservation').select('quantity').execute()).toHaveLength(1)
  if (database.dialect === 'mysql') return
  const told = await sql<{ idx: string }>`select idx from sqlite_stat1 where tbl = 'reservation'`.execute(database.read)
  expect(new Set(told.rows.map(({ idx }) => idx)).size).toBe(told.rows.length)
})
