import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openStore } from '../store/open.ts'
import { transactionLaws } from './store-laws-transactions.ts'
import { insertManyLaws, valueLaws } from './store-laws-values.ts'
import { counterRow, rowsPerWrite } from './store-writer.ts'

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
        await sql`insert into ${sql.table(table.name)} (${sql.join(columns.map((column) => sql.ref(column)))}) values (${sql.join(values)})`.execute(
          tx,
        )
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
  const fresh = await openStore(place)
  await migrate(fresh)
  await fresh.close()
  for (const writes of [1, 2, 9, 30]) {
    const reported = await killAfter(place, writes)
    const database = await openStore(place)
    const count = await database.read
      .selectFrom('sold')
      .select('quantity')
      .where('tenant', '=', counterRow.tenant)
      .executeTakeFirstOrThrow()
    const texts = await database.read
      .selectFrom('text')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow()
    const check =
      database.dialect === 'sqlite' ? await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.read) : undefined
    await database.close()
    expect(Number(count.quantity)).toBeGreaterThanOrEqual(reported)
    expect(texts.n).toBe(Number(count.quantity) * rowsPerWrite)
    expect(check?.rows.map((row) => row.integrity_check) ?? ['ok']).toEqual(['ok'])
  }
}

/** Starts the writer, kills it when it has reported `writes` commits, and answers the last count it reported. */
async function killAfter(place: string, writes: number): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./store-writer.ts', import.meta.url)), place], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
