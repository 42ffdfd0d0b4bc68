import { expect, test } from 'vitest'
import type { Database } from '../store/database.ts'
import { hasRivals } from '../store/hold.ts'
import { insertMany } from '../store/insert-many.ts'
import type { SoldTable } from '../store/tables-ledger.ts'

/** Answers an empty, migrated store for one test and closes it after the test. */
export type Ready = () => Promise<Database>

export const counter: SoldTable = { tenant: 't', connection: 'shop', product: 'p', quantity: 0 }

export async function quantity(database: Database): Promise<number | bigint | undefined> {
  const row = await database.read.selectFrom('sold').select('quantity').executeTakeFirst()
  return row?.quantity
}

/** A write happens wholly or not at all, alone, and is the only door while it runs. */
export function transactionLaws(ready: Ready): void {
  test('a write that throws leaves nothing and passes its error on', async () => {
    const database = await ready()
    const failure = new Error('after the insert')
    const failed = database.write(async (tx) => {
      await insertMany(tx, 'sold', [counter])
      throw failure
    })
    await expect(failed).rejects.toBe(failure)
    expect(await quantity(database)).toBeUndefined()
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    expect(await quantity(database)).toBe(0)
  })

  test('a failing statement undoes the statements before it', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    const failed = database.write(async (tx) => {
      await tx.updateTable('sold').set({ quantity: 7 }).execute()
      await insertMany(tx, 'sold', [counter])
    })
    await expect(failed).rejects.toThrow(/sold/)
    expect(await quantity(database)).toBe(0)
  })

  test('an update counts the rows it found, equal already or not', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'sold', [counter, { ...counter, product: 'q' }]))
    const counts = await database.write(async (tx) => {
      const set = (product: string) => tx.updateTable('sold').set({ quantity: 0 }).where('product', '=', product).executeTakeFirst()
      return [await set('p'), await set('none'), await tx.updateTable('sold').set({ quantity: 1 }).executeTakeFirst()]
    })
    expect(counts.map(({ numUpdatedRows }) => numUpdatedRows)).toEqual([1n, 0n, 2n])
  })

  test('the reads of a moment see what was committed when it began, whatever is written meanwhile', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    const inside = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const looking = database.moment(async (read) => {
      const all = () => read.selectFrom('sold').select('quantity').execute()
      const before = await all()
      inside.resolve()
      await goOn.promise
      return [before, await all()]
    })
    await inside.promise
    const written = database.write((tx) => tx.updateTable('sold').set({ quantity: 7 }).execute())
    await Promise.race([written, new Promise((resolve) => setTimeout(resolve, 50))])
    goOn.resolve()
    const seen = await looking
    await written
    expect(seen).toEqual([[{ quantity: 0 }], [{ quantity: 0 }]])
    expect(await quantity(database)).toBe(7)
    expect(await database.moment((read) => read.selectFrom('sold').select('quantity').execute())).toEqual([{ quantity: 7 }])
  })

  test('a moment is the only door of its work, writes nothing, and ends', async () => {
    const database = await ready()
    await expect(database.moment(() => quantity(database))).rejects.toMatchObject({ detail: { code: 'store-nested' } })
    await expect(database.moment((read) => read.insertInto('sold').values(counter).execute())).rejects.toThrow()
    let kept: Database['read'] | undefined
    await database.moment(async (read) => {
      kept = read
    })
    await expect(kept?.selectFrom('sold').selectAll().execute()).rejects.toMatchObject({ detail: { code: 'transaction-ended' } })
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    expect(await quantity(database)).toBe(0)
  })

  test('reads outside see only what is committed', async () => {
    const database = await ready()
    const inside = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const writing = database.write(async (tx) => {
      await insertMany(tx, 'sold', [counter])
      inside.resolve()
      await goOn.promise
      throw new Error('no')
    })
    await inside.promise
    const seen = quantity(database)
    goOn.resolve()
    await expect(writing).rejects.toThrow('no')
    expect(await seen).toBeUndefined()
  })

  test('16 concurrent writers that read, wait and add lose nothing when they hold what they read', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    const add = () =>
      database.write(async (tx) => {
        const all = tx.selectFrom('sold').select('quantity')
        const row = await (hasRivals(tx) ? all.forUpdate() : all).executeTakeFirstOrThrow()
        await new Promise((resolve) => setImmediate(resolve))
        await tx
          .updateTable('sold')
          .set({ quantity: Number(row.quantity) + 1 })
          .execute()
      })
    await Promise.all(Array.from({ length: 16 * 5 }, add))
    expect(await quantity(database)).toBe(80)
  })

  test('read, write and close inside a write throw, and the write goes on', async () => {
    const database = await ready()
    await database.write(async (tx) => {
      await insertMany(tx, 'sold', [counter])
      await expect(quantity(database)).rejects.toMatchObject({ detail: { code: 'store-nested', recovery: 'bug' } })
      await expect(database.write(async () => 1)).rejects.toMatchObject({ detail: { code: 'store-nested' } })
      await expect(database.close()).rejects.toMatchObject({ detail: { code: 'store-nested' } })
    })
    expect(await quantity(database)).toBe(0)
  })

  test('what a write started may use the store once the write has ended', async () => {
    const database = await ready()
    const later = await database.write(async (tx) => {
      await insertMany(tx, 'sold', [counter])
      return { read: new Promise((resolve) => setTimeout(resolve, 5)).then(() => quantity(database)) }
    })
    expect(await later.read).toBe(0)
  })

  test('a transaction is of no use after its end', async () => {
    const database = await ready()
    const tx = await database.write(async (inner) => ({ inner }))
    await expect(insertMany(tx.inner, 'sold', [counter])).rejects.toMatchObject({ detail: { code: 'transaction-ended' } })
    expect(await quantity(database)).toBeUndefined()
  })

  test('read does not write and begins no transaction', async () => {
    const database = await ready()
    await expect(database.read.insertInto('sold').values(counter).execute()).rejects.toThrow()
    await expect(database.read.transaction().execute(async () => 1)).rejects.toMatchObject({ detail: { code: 'store-transaction' } })
    expect(await quantity(database)).toBeUndefined()
  })

  test('close lets the writes asked for before it end, and then refuses', async () => {
    const database = await ready()
    const writes = [1, 2, 3].map((n) => database.write((tx) => insertMany(tx, 'sold', [{ ...counter, product: `p${n}` }])))
    const closed = database.close()
    expect(await Promise.all(writes)).toEqual([1, 1, 1])
    await closed
    await expect(quantity(database)).rejects.toMatchObject({ detail: { code: 'store-closed' } })
    await expect(database.write(async () => 1)).rejects.toMatchObject({ detail: { code: 'store-closed' } })
  })

  test('now moves forward and is near the clock of this machine', async () => {
    const database = await ready()
    const first = await database.now()
    expect(Math.abs(first - Date.now())).toBeLessThan(5000)
    expect(await database.now()).toBeGreaterThanOrEqual(first)
  })
}
