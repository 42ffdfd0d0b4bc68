import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../store/database.ts'
import { insertMany } from '../store/insert-many.ts'
import { migrate } from '../store/migrate.ts'
import type { ReceiptTable, SoldTable, TextTable } from '../store/tables.ts'
import { counterRow, openPlace, rowsPerWrite } from './store-writer.ts'

/**
 * The laws every dialect of the store keeps. `open` answers an empty store of its own, which the kit migrates and closes; `place` names an empty store that
 * outlives a process, in the form store-writer.ts opens: without one the law about killed processes cannot be asked.
 */
export function storeKit(name: string, open: () => Promise<Database>, place?: () => Promise<string>): void {
  const ready = async (): Promise<Database> => {
    const database = await open()
    onTestFinished(() => database.close())
    await migrate(database)
    return database
  }

  describe(`store: ${name}`, () => {
    describe('transactions', () => {
      transactionLaws(ready)
    })
    describe('values', () => {
      valueLaws(ready)
    })
    describe('insertMany', () => {
      insertManyLaws(ready)
    })
    test('keeps tenants apart in every table', async () => {
      await tenantsFitSideBySide(await ready())
    })
    if (place)
      test('a killed process leaves whole writes only, and every one it had reported', { timeout: 30_000 }, async () => {
        await survivesKills(await place())
      })
  })
}

type Ready = () => Promise<Database>

const counter: SoldTable = { tenant: 't', connection: 'shop', product: 'p', quantity: 0 }

async function quantity(database: Database): Promise<number | bigint | undefined> {
  const row = await database.read.selectFrom('sold').select('quantity').executeTakeFirst()
  return row?.quantity
}

function transactionLaws(ready: Ready): void {
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

  test('16 concurrent writers that read, wait and add lose nothing', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'sold', [counter]))
    const add = () =>
      database.write(async (tx) => {
        const row = await tx.selectFrom('sold').select('quantity').executeTakeFirstOrThrow()
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

const text = (hash: string, body = ''): TextTable => ({ tenant: 't', hash, body, created_at: 1 })

function valueLaws(ready: Ready): void {
  test('keys are equal only byte for byte', async () => {
    const database = await ready()
    const keys = ['abc', 'ABC', 'Abc', 'abc ', ' abc', 'ábc', 'a\u0301bc', 'abc\u0000', 'ａbc', 'straße', 'strasse', 'ﬀ', 'ff', '', '0', '00', '1e3', '1000']
    await database.write(async (tx) => {
      for (const key of keys) await insertMany(tx, 'text', [text(key, key)])
    })
    for (const key of keys) {
      const rows = await database.read.selectFrom('text').select(['hash', 'body']).where('tenant', '=', 't').where('hash', '=', key).execute()
      expect(rows.map((row) => [row.hash, row.body])).toEqual([[key, key]])
    }
  })

  test('64 bit integers come back exactly, as numbers where a number holds them', async () => {
    const database = await ready()
    const edge = 2n ** 63n - 1n
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: -edge - 1n, max: edge }), async (exact) => {
        await database.write((tx) =>
          insertMany(tx, 'sold', [{ ...counter, quantity: exact }], { keys: ['tenant', 'connection', 'product'], then: 'update', columns: ['quantity'] }),
        )
        const read = await quantity(database)
        expect(read).toBe(BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact)
      }),
      { numRuns: 40, examples: [[edge], [-edge - 1n], [2n ** 53n], [2n ** 53n + 1n], [2n ** 53n - 1n], [1n - 2n ** 53n], [-(2n ** 53n)], [0n]] },
    )
    await database.write((tx) => tx.updateTable('sold').set({ quantity: 9007199254740993n }).execute())
    const grown = await database.write((tx) =>
      tx
        .updateTable('sold')
        .set((eb) => ({ quantity: eb('quantity', '+', 2) }))
        .execute(),
    )
    expect(grown[0]?.numUpdatedRows).toBe(1n)
    expect(await quantity(database)).toBe(9007199254740995n)
    expect(await database.read.selectFrom('sold').select('product').where('quantity', '=', 9007199254740995n).execute()).toHaveLength(1)
  })

  test('bytes come back equal', async () => {
    const database = await ready()
    const every = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256)
    await database.write((tx) =>
      insertMany(tx, 'receipt', [receipt('every', every), receipt('none', new Uint8Array()), receipt('slice', every.subarray(3, 260))]),
    )
    const rows = await database.read.selectFrom('receipt').select(['id', 'body']).orderBy('id').execute()
    expect(
      rows.map((row) => [row.id, Buffer.from(row.body).equals(Buffer.from(row.id === 'every' ? every : row.id === 'none' ? [] : every.subarray(3, 260)))]),
    ).toEqual([
      ['every', true],
      ['none', true],
      ['slice', true],
    ])
  })

  test('texts come back equal: long, emoji, NUL, quotes, other scripts', async () => {
    const database = await ready()
    const texts = ['長'.repeat(400_000), '👩‍👩‍👧‍👦 Zoë Ñandú', 'a\u0000b', `'"\`\\%_;-- {}`, '\r\n\t', 'مرحبا', '']
    await database.write((tx) =>
      insertMany(
        tx,
        'text',
        texts.map((body, i) => text(`${i}`, body)),
      ),
    )
    const rows = await database.read.selectFrom('text').select('body').orderBy('hash').execute()
    expect(rows.map((row, i) => row.body === texts[i])).toEqual(texts.map(() => true))
  })
}

const receipt = (id: string, body: Uint8Array): ReceiptTable => ({
  tenant: 't',
  id,
  connection: 'shop',
  stream: null,
  kind: 'webhook',
  topic: null,
  event_id: null,
  headers: null,
  body,
  body_hash: 'h',
  as_of: 1,
  baseline: 0,
  state: 'received',
  received_at: 1,
})

function insertManyLaws(ready: Ready): void {
  const rows = (from: number, to: number, body = 'first') => Array.from({ length: to - from }, (_, i) => text(`${from + i}`.padStart(5, '0'), body))
  const byKey = { keys: ['tenant', 'hash'] } as const

  test('ignore counts new rows only and keeps what was there', async () => {
    const database = await ready()
    expect(await database.write((tx) => insertMany(tx, 'text', []))).toBe(0)
    expect(await database.write((tx) => insertMany(tx, 'text', rows(0, 150)))).toBe(150)
    expect(await database.write((tx) => insertMany(tx, 'text', rows(100, 300, 'second'), { ...byKey, then: 'ignore' }))).toBe(150)
    expect(await database.write((tx) => insertMany(tx, 'text', [...rows(300, 301), ...rows(300, 301)], { ...byKey, then: 'ignore' }))).toBe(1)
    const counts = await database.read
      .selectFrom('text')
      .select((eb) => ['body', eb.fn.countAll().as('n')])
      .groupBy('body')
      .orderBy('body')
      .execute()
    expect(counts.map((row) => [row.body, row.n])).toEqual([
      ['first', 151],
      ['second', 150],
    ])
  })

  test('update overwrites the named columns only', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'text', rows(0, 70)))
    const changed = rows(60, 80, 'second').map((row) => ({ ...row, created_at: 2 }))
    expect(await database.write((tx) => insertMany(tx, 'text', changed, { ...byKey, then: 'update', columns: ['body'] }))).toBe(20)
    const all = await database.read.selectFrom('text').select(['hash', 'body', 'created_at']).orderBy('hash').execute()
    expect(all).toHaveLength(80)
    expect(all[59]).toMatchObject({ body: 'first', created_at: 1 })
    expect(all[60]).toMatchObject({ body: 'second', created_at: 1 })
    expect(all[79]).toMatchObject({ body: 'second', created_at: 2 })
  })

  test('without a rule a row that exists fails the whole call', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'text', rows(5, 6)))
    await expect(database.write((tx) => insertMany(tx, 'text', rows(0, 100)))).rejects.toThrow()
    expect(await database.read.selectFrom('text').select('hash').execute()).toHaveLength(1)
  })

  test('ignore hides no other fault', async () => {
    const database = await ready()
    const broken = { ...text('1'), body: null } as object as TextTable
    await expect(database.write((tx) => insertMany(tx, 'text', [broken], { ...byKey, then: 'ignore' }))).rejects.toThrow(/body/)
  })
}

/** Columns that are unique without the tenant: the token tells whose request it is. */
const tokens: readonly string[] = ['connection.hook_token', 'api_key.hash']

/** A row of every table fits beside the same row of another tenant, and not beside itself. */
async function tenantsFitSideBySide(database: Database): Promise<void> {
  const tables = (await database.read.introspection.getTables()).filter((table) => table.name !== 'migration')
  expect(tables.length).toBeGreaterThan(25)
  for (const table of tables) {
    const insert = (tenant: string) =>
      database.write(async (tx) => {
        const columns = table.columns.map((column) => column.name)
        const values = table.columns.map((column) => {
          if (column.name === 'tenant' || tokens.includes(`${table.name}.${column.name}`)) return tenant
          if (/int/i.test(column.dataType)) return 1
          return /blob|binary/i.test(column.dataType) ? new Uint8Array([1]) : 'x'
        })
        await sql`insert into ${sql.table(table.name)} (${sql.join(columns.map((column) => sql.ref(column)))}) values (${sql.join(values)})`.execute(tx)
      })
    await insert('a')
    await insert('b')
    await expect(insert('a'), table.name).rejects.toThrow()
    const kept = await sql<{ tenant: string }>`select tenant from ${sql.table(table.name)} order by tenant`.execute(database.read)
    expect(
      kept.rows.map((row) => row.tenant),
      table.name,
    ).toEqual(['a', 'b'])
  }
}

/** Kills a writing process several times, each time a little later, and looks at what it left. */
async function survivesKills(place: string): Promise<void> {
  const fresh = await openPlace(place)
  await migrate(fresh)
  await fresh.close()
  for (const writes of [1, 2, 9, 30]) {
    const reported = await killAfter(place, writes)
    const database = await openPlace(place)
    const count = await database.read.selectFrom('sold').select('quantity').where('tenant', '=', counterRow.tenant).executeTakeFirstOrThrow()
    const texts = await database.read
      .selectFrom('text')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow()
    const check = database.dialect === 'sqlite' ? await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.read) : undefined
    await database.close()
    expect(Number(count.quantity)).toBeGreaterThanOrEqual(reported)
    expect(texts.n).toBe(Number(count.quantity) * rowsPerWrite)
    expect(check?.rows.map((row) => row.integrity_check) ?? ['ok']).toEqual(['ok'])
  }
}

/** Starts the writer, kills it when it has reported `writes` commits, and answers the last count it reported. */
async function killAfter(place: string, writes: number): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./store-writer.ts', import.meta.url)), place], { stdio: ['ignore', 'pipe', 'pipe'] })
  const complaints: string[] = []
  child.stderr.on('data', (data) => complaints.push(String(data)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let seen = 0
  let last = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (++seen === writes) child.kill('SIGKILL')
  }
  await ended
  if (seen < writes) throw new Error(`the writer ended by itself after ${seen} writes: ${complaints.join('')}`)
  return last
}
