import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, type DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { storeKit } from '../testing/store-kit.ts'
import { counter, quantity } from '../testing/store-laws-transactions.ts'
import { insertMany } from './insert-many.ts'
import { migrate } from './migrate.ts'
import { openSqlite, type SqliteOptions } from './sqlite.ts'
import { checkSqliteVersion } from './sqlite-connection.ts'

let folder = ''
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const freshFile = () => join(folder, `${files++}.db`)

storeKit(
  'sqlite file',
  () => openSqlite(freshFile()),
  async () => freshFile(),
)
storeKit('sqlite in memory', () => openSqlite(':memory:'))

const row = { tenant: 't', connection: 'shop', product: 'p', quantity: 1 }

async function migrated(options: SqliteOptions = {}, file = freshFile()) {
  const database = await openSqlite(file, options)
  onTestFinished(() => database.close())
  await migrate(database)
  return database
}

/** Lets SQLite itself refuse COMMIT or ROLLBACK, as its authorizer does. */
function refusing() {
  const refused = new Set<string>()
  return {
    refused,
    onOpen: (handle: DatabaseSync) =>
      handle.setAuthorizer((action, what) =>
        (action === constants.SQLITE_TRANSACTION || action === constants.SQLITE_SAVEPOINT) && what !== null && refused.has(what)
          ? constants.SQLITE_DENY
          : constants.SQLITE_OK,
      ),
  }
}

describe('openSqlite', () => {
  test('sets the pragmas that durability rests on', async () => {
    const database = await migrated()
    const pragma = async (name: string) =>
      Object.values((await database.write((tx) => sql.raw<object>(`pragma ${name}`).execute(tx))).rows[0] ?? {})[0]
    expect(await pragma('journal_mode')).toBe('wal')
    expect(await pragma('synchronous')).toBe(2)
    expect(await pragma('foreign_keys')).toBe(1)
    expect(await pragma('busy_timeout')).toBe(2000)
    expect(await pragma('auto_vacuum')).toBe(2)
  })

  test('makes a file that only its owner reads, and says what is wrong with a folder that is missing', async () => {
    const file = freshFile()
    await migrated({}, file)
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(statSync(`${file}-wal`).mode & 0o077).toBe(0)
    await expect(openSqlite(join(folder, 'missing', 'hub.db'))).rejects.toMatchObject({
      detail: { code: 'store-open' },
      message: expect.stringContaining('missing'),
    })
  })

  test('refuses a file that is no database', async () => {
    await expect(openSqlite(import.meta.filename)).rejects.toThrow(/not a database/)
  })

  test('refuses the versions of SQLite that can damage a file in WAL mode', () => {
    for (const old of ['3.40.1', '3.51.2', '2.9.9', '0']) expect(() => checkSqliteVersion(old)).toThrow(/3\.51\.3/)
    for (const good of ['3.51.3', '3.52.0', '3.53.4', '4.0.0']) expect(() => checkSqliteVersion(good)).not.toThrow()
  })

  test('a connection that cannot be opened again, as on a full disk, is opened when that is possible', async () => {
    const { refused, onOpen } = refusing()
    let isFull = false
    const database = await migrated({
      onOpen: (handle) => {
        if (isFull) throw new Error('no space left')
        onOpen(handle)
      },
    })
    for (const what of ['COMMIT', 'ROLLBACK']) refused.add(what)
    isFull = true
    await expect(database.write((tx) => insertMany(tx, 'sold', [counter]))).rejects.toMatchObject({ detail: { code: 'commit-unknown' } })
    await expect(database.write((tx) => insertMany(tx, 'sold', [counter]))).rejects.toThrow('no space left')
    refused.clear()
    isFull = false
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    expect(await quantity(database)).toBe(0)
  })

  test('a refused COMMIT is commit-unknown and to be tried again; the store works on', async () => {
    const { refused, onOpen } = refusing()
    const database = await migrated({ onOpen })
    refused.add('COMMIT')
    await expect(database.write((tx) => insertMany(tx, 'sold', [row]))).rejects.toMatchObject({
      detail: { code: 'commit-unknown', recovery: 'retry' },
    })
    refused.clear()
    expect(await database.read.selectFrom('sold').selectAll().execute()).toEqual([])
    expect(await database.write((tx) => insertMany(tx, 'sold', [row]))).toBe(1)
  })

  test('a refused ROLLBACK costs the connection, not the first error, and nothing of the write stays', async () => {
    const { refused, onOpen } = refusing()
    let opened = 0
    const database = await migrated({
      onOpen: (handle) => {
        opened++
        onOpen(handle)
      },
    })
    refused.add('ROLLBACK')
    const failed = database.write(async (tx) => {
      await insertMany(tx, 'sold', [row])
      throw new Error('first error')
    })
    await expect(failed).rejects.toThrow('first error')
    expect(await database.write((tx) => insertMany(tx, 'sold', [{ ...row, product: 'q' }]))).toBe(1)
    expect(opened).toBe(3)
    expect(await database.read.selectFrom('sold').select('product').execute()).toEqual([{ product: 'q' }])
  })

  test('a store in memory whose rollback failed says that it is lost', async () => {
    const { refused, onOpen } = refusing()
    const database = await migrated({ onOpen }, ':memory:')
    refused.add('ROLLBACK')
    await expect(database.write(() => Promise.reject(new Error('first error')))).rejects.toThrow('first error')
    await expect(database.write(async () => 1)).rejects.toMatchObject({ detail: { code: 'store-lost' } })
    await expect(database.read.selectFrom('sold').selectAll().execute()).rejects.toMatchObject({ detail: { code: 'store-lost' } })
  })

  test('writes that wait together share a COMMIT, are atomic one by one, and are answered after it', async () => {
    const { refused, onOpen } = refusing()
    const database = await migrated({ onOpen })
    const put = (product: string) => database.write((tx) => insertMany(tx, 'sold', [{ ...row, product }]))
    const fails = database.write(async (tx) => {
      await insertMany(tx, 'sold', [{ ...row, product: 'undone' }])
      throw new Error('its own fault')
    })
    const results = await Promise.allSettled([put('a'), fails, put('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const products = async () =>
      (await database.read.selectFrom('sold').select('product').orderBy('product').execute()).map(({ product }) => product)
    expect(await products()).toEqual(['a', 'b'])
    refused.add('COMMIT')
    const group = await Promise.allSettled([put('c'), put('d')])
    expect(group.map((each) => each.status === 'rejected' && each.reason.detail.code)).toEqual(['commit-unknown', 'commit-unknown'])
    refused.clear()
    expect(await products()).toEqual(['a', 'b'])
  })

  test('statements after a transaction that SQLite ended are refused, not committed one by one', async () => {
    const database = await migrated()
    const lost = database.write(async (tx) => {
      await insertMany(tx, 'sold', [row])
      await sql`rollback`.execute(tx)
      await insertMany(tx, 'sold', [{ ...row, product: 'q' }])
    })
    await expect(lost).rejects.toMatchObject({ detail: { code: 'transaction-lost', recovery: 'retry' } })
    await expect(database.write((tx) => sql`rollback`.execute(tx))).rejects.toMatchObject({ detail: { code: 'transaction-lost' } })
    expect(await database.read.selectFrom('sold').selectAll().execute()).toEqual([])
  })

  test('a write that hangs is rolled back and gives its turn away', async () => {
    const database = await migrated({ writeLimitMs: 40 })
    const late = Promise.withResolvers<number>()
    const hanging = database.write(async (tx) => {
      await insertMany(tx, 'sold', [row])
      await new Promise((resolve) => setTimeout(resolve, 80))
      insertMany(tx, 'sold', [{ ...row, product: 'late' }]).then(late.resolve, late.reject)
    })
    const next = database.write((tx) => insertMany(tx, 'sold', [{ ...row, product: 'q' }]))
    await expect(hanging).rejects.toMatchObject({ detail: { code: 'write-too-long', recovery: 'retry' } })
    expect(await next).toBe(1)
    await expect(late.promise).rejects.toMatchObject({ detail: { code: 'transaction-ended' } })
    expect(await database.read.selectFrom('sold').select('product').execute()).toEqual([{ product: 'q' }])
  })

  test('another process that holds the file is a reason to retry', async () => {
    const file = freshFile()
    const database = await migrated({ busyTimeoutMs: 1 }, file)
    const other = await openSqlite(file, { busyTimeoutMs: 1 })
    onTestFinished(() => other.close())
    await other.write(async () => {
      await expect(database.write(async () => 1)).rejects.toMatchObject({ detail: { code: 'database-busy', recovery: 'retry' } })
    })
    expect(await database.write(async () => 1)).toBe(1)
  })

  test('limits how many writes wait', async () => {
    const database = await migrated({ maxWaiting: 2 })
    const goOn = Promise.withResolvers<void>()
    const writes = [database.write(() => goOn.promise), database.write(async () => undefined), database.write(async () => undefined)]
    await expect(database.write(async () => undefined)).rejects.toMatchObject({ detail: { code: 'store-busy', recovery: 'retry' } })
    goOn.resolve()
    await Promise.all(writes)
    expect(await database.write(async () => 1)).toBe(1)
  })

  test('keeps as many prepared statements as it may and answers rightly beyond that', async () => {
    const database = await migrated({ statements: 3 })
    await database.write((tx) => insertMany(tx, 'sold', [row]))
    for (let i = 0; i < 20; i++) {
      const answer = await sql<{ n: number }>`select ${sql.raw(String(i % 7))} + quantity as n from sold`.execute(database.read)
      expect(answer.rows).toEqual([{ n: (i % 7) + 1 }])
    }
  })

  test('an error names the statement and offers no streams', async () => {
    const database = await migrated()
    await expect(sql`select nonsense from sold`.execute(database.read)).rejects.toThrow(/nonsense.*select nonsense from sold/s)
    const stream = async () => {
      for await (const _ of database.read.selectFrom('sold').selectAll().stream()) return
    }
    await expect(stream()).rejects.toMatchObject({ detail: { code: 'store-stream' } })
  })

  test('leases are compared with the clock that was given', async () => {
    const database = await migrated({ now: () => 42 })
    expect(await database.now()).toBe(42)
  })
})
