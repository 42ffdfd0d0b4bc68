import v8 from 'node:v8'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { mariadbMissing, type PrivateMariadb, startMariadb } from '../testing/private-mariadb.ts'
import { storeKit } from '../testing/store-kit.ts'
import { counter, quantity } from '../testing/store-laws-transactions.ts'
import { openStoreOn } from '../testing/test-store.ts'
import { insertMany } from './insert-many.ts'
import { migrate, newestSchema, schemaNumber } from './migrate.ts'
import { openMysql } from './mysql.ts'
import { classed } from './mysql-errors.ts'

const missing = await mariadbMissing()

describe.skipIf(missing !== undefined)(`MariaDB${missing === undefined ? '' : ` (${missing})`}`, { timeout: 60_000 }, () => {
  let server: PrivateMariadb
  beforeAll(async () => {
    server = await startMariadb()
  }, 90_000)
  afterAll(() => server.stop(), 60_000)
  const open = () => openStoreOn(server.address)
  const migrated = async () => {
    const database = await open()
    onTestFinished(() => database.close())
    return database
  }

  storeKit('mariadb', open, () => server.database())

  test('a deadlock is run again as a whole, and nothing is lost', async () => {
    const database = await migrated()
    const products = ['a', 'b']
    await database.write((tx) =>
      insertMany(
        tx,
        'sold',
        products.map((product) => ({ ...counter, product })),
      ),
    )
    let runs = 0
    let held = 0
    const both = Promise.withResolvers<void>()
    const crossing = (order: readonly string[]) =>
      database.write(async (tx) => {
        runs++
        for (const product of order) {
          await tx
            .updateTable('sold')
            .set((to) => ({ quantity: to('quantity', '+', 1) }))
            .where('product', '=', product)
            .execute()
          if (++held === 2) both.resolve()
          await both.promise
        }
      })
    await Promise.all([crossing(['a', 'b']), crossing(['b', 'a'])])
    const rows = await database.read.selectFrom('sold').select('quantity').execute()
    expect(rows.map((row) => row.quantity)).toEqual([2, 2])
    expect(runs).toBeGreaterThan(2)
  })

  test('a server that was killed and came back loses nothing that was reported, and the store goes on by itself', async () => {
    const url = await server.database()
    const database = await openMysql(url)
    onTestFinished(() => database.close())
    await migrate(database)
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    await server.crash()
    expect(await quantity(database)).toBe(0)
    await database.write((tx) => tx.updateTable('sold').set({ quantity: 5 }).execute())
    expect(await quantity(database)).toBe(5)
  })

  test('reads go on although every pooled connection died with the server', async () => {
    const database = await migrated()
    const read = () => Promise.all(Array.from({ length: 8 }, () => quantity(database)))
    await read()
    await server.crash()
    expect(await read()).toEqual(Array(8).fill(undefined))
  })

  test('a connection that mysql2 says to be closed, without a code, is a lost one', () => {
    expect(classed(new Error("Can't add new command when connection is in closed state"), 'select 1')).toMatchObject({
      detail: { code: 'database-lost', recovery: 'retry' },
    })
  })

  test('what the server says of the parameters of a statement is not kept with it', async () => {
    const database = await migrated()
    const rows = Array.from({ length: 64 }, (_, n) => ({ ...counter, product: `p${n}`, quantity: n + 1 }))
    const connection = await createConnection(server.address)
    const [, fields] = await connection.query('select 1')
    await connection.end()
    const Definition = (fields as readonly object[])[0]?.constructor
    const kept = () => v8.queryObjects(Definition as never, { format: 'count' })
    const before = kept()
    await database.write((tx) => insertMany(tx, 'sold', rows))
    await database.write((tx) => tx.deleteFrom('sold').execute())
    await database.write((tx) => insertMany(tx, 'sold', rows))
    expect(await quantity(database)).toBeDefined()
    expect(Number(kept()) - Number(before)).toBeLessThan(rows.length)
  })

  test('two processes that migrate at the same moment do it once', async () => {
    const url = await server.database()
    const [one, two] = [await openMysql(url), await openMysql(url)]
    onTestFinished(async () => {
      await one.close()
      await two.close()
    })
    const applied = await Promise.all([migrate(one), migrate(two)])
    expect(applied.map((steps) => steps.length).sort()).toEqual([0, newestSchema])
    expect(await schemaNumber(one)).toBe(newestSchema)
  })

  test('a commit that fails is told as unknown', async () => {
    const database = await migrated()
    const failed = database.write(async (tx) => {
      await insertMany(tx, 'sold', [counter])
      await server.crash()
    })
    await expect(failed).rejects.toMatchObject({ detail: { code: 'commit-unknown', recovery: 'retry' } })
    expect(await quantity(database)).toBeUndefined()
  })

  test('a server that is not there is named without the password', async () => {
    const failed = openMysql('mysql://root:geheim@127.0.0.1:1/nothing_test')
    await expect(failed).rejects.toMatchObject({ detail: { code: 'database-lost', recovery: 'retry' } })
    await expect(failed).rejects.not.toThrow(/geheim/)
  })
})
