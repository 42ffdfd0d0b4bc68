import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Database } from './database.ts'
import { insertMany } from './insert-many.ts'
import { migrate, migrations, newestSchema, schemaNumber } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { Migration } from './table-shape.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function opened(file = ':memory:'): Promise<Database> {
  const database = await openSqlite(file)
  onTestFinished(() => database.close())
  return database
}

/** A step after all that this program knows. */
const next = newestSchema + 1
const later: Migration = {
  number: next,
  name: 'later',
  up: async (tx) => {
    await tx.schema.alterTable('sold').addColumn('later', 'text').execute()
  },
}

async function dump(database: Database): Promise<string> {
  const parts = await sql<{
    sql: string
  }>`select sql from sqlite_schema where sql is not null and name not like 'sqlite%' order by tbl_name, type = 'index', name`.execute(
    database.read,
  )
  const texts = parts.rows.map((part) =>
    part.sql.replaceAll(/[(,] ?(?="\w+" (?:text|integer|blob)\b|constraint)/g, (mark) => `${mark.trim()}\n  `),
  )
  return `-- What the migrations make of an empty SQLite file, kept equal by migrate.test.ts (vitest -u writes it).\n${texts.map((text) => `${text};\n`).join('')}`
}

test('an empty database gets every step once', async () => {
  const database = await opened()
  expect(await schemaNumber(database)).toBe(0)
  expect(await migrate(database)).toEqual(migrations.map(({ number, name }) => ({ number, name })))
  expect(await migrate(database)).toEqual([])
  expect(await schemaNumber(database)).toBe(newestSchema)
})

test('schema.sql is what the migrations make', async () => {
  const database = await opened()
  await migrate(database)
  await expect(await dump(database)).toMatchFileSnapshot('schema.sql')
})

test('the tables have the columns that tables.ts declares', async () => {
  const database = await opened()
  await migrate(database)
  const made = await database.read.introspection.getTables()
  const real = Object.fromEntries(
    made.map((table) => [
      table.name,
      Object.fromEntries(table.columns.map((column) => [column.name, `${column.dataType.toLowerCase()}${column.isNullable ? '?' : ''}`])),
    ]),
  )
  expect(real).toEqual(declaredTables())
})

test('every primary key starts with the tenant', async () => {
  const database = await opened()
  await migrate(database)
  const firsts = await sql<{
    name: string
    first: string
  }>`select t.name, c.name as first from pragma_table_list t, pragma_table_info(t.name) c where t.schema = 'main' and t.name not like 'sqlite%' and c.pk = 1`.execute(
    database.read,
  )
  expect(firsts.rows.length).toBe(Object.keys(declaredTables()).length)
  expect(firsts.rows.filter((row) => row.first !== 'tenant').map((row) => row.name)).toEqual(['migration'])
})

test('a file with rows is copied before it changes, and the copy is whole and of the old schema', async () => {
  const file = join(folder, 'hub.db')
  const database = await opened(file)
  await migrate(database, { backup: true })
  expect(readdirSync(folder).filter((name) => name.includes('before'))).toEqual([])
  await database.write((tx) => insertMany(tx, 'sold', [{ tenant: 't', connection: 'c', product: 'p', quantity: 3 }]))
  writeFileSync(`${file}.before-${next}.partial`, 'left by a killed process')
  expect(await migrate(database, { backup: true, migrations: [...migrations, later] })).toEqual([{ number: next, name: 'later' }])
  expect(existsSync(`${file}.before-${next}.partial`)).toBe(false)
  expect(statSync(`${file}.before-${next}`).mode & 0o077).toBe(0)
  const copy = await opened(`${file}.before-${next}`)
  expect(await schemaNumber(copy)).toBe(newestSchema)
  expect(await copy.read.selectFrom('sold').select(['product', 'quantity']).execute()).toEqual([{ product: 'p', quantity: 3 }])
  expect(await migrate(copy)).toEqual([])
})

test('a step that fails leaves the schema as it was', async () => {
  const database = await opened()
  await migrate(database)
  const half: Migration = {
    number: next,
    name: 'half',
    up: async (tx, maker) => {
      await later.up(tx, maker)
      await sql`select nonsense`.execute(tx)
    },
  }
  await expect(migrate(database, { migrations: [...migrations, half] })).rejects.toThrow(/nonsense/)
  expect(await schemaNumber(database)).toBe(newestSchema)
  expect(await migrate(database, { migrations: [...migrations, later] })).toEqual([{ number: next, name: 'later' }])
})

test('a database of a newer program is refused with both numbers', async () => {
  const database = await opened()
  await migrate(database, { migrations: [...migrations, later] })
  await expect(migrate(database)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`schema ${next}.*schema ${newestSchema}`)),
    detail: { code: 'schema-newer', recovery: 'reject' },
  })
})

test('a released step that was changed, or steps out of order, are refused', async () => {
  const database = await opened()
  await migrate(database)
  await expect(migrate(database, { migrations: [...migrations.slice(0, -1), { ...later, number: newestSchema }] })).rejects.toMatchObject({
    detail: { code: 'schema-differs' },
  })
  await expect(migrate(database, { migrations: [...migrations, { ...later, number: next + 1 }] })).rejects.toMatchObject({
    detail: { code: 'schema-steps' },
  })
})

/** Tables and columns as the interfaces of tables.ts declare them, in SQLite's words: `{sold: {quantity: 'integer'}}`. */
function declaredTables(): Record<string, Record<string, string>> {
  const source = [
    'tables.ts',
    'tables-access.ts',
    'tables-crosswalk.ts',
    'tables-invoice.ts',
    'tables-ledger.ts',
    'tables-payouts.ts',
    'tables-sales.ts',
    'tables-deposits.ts',
    'tables-money.ts',
    'tables-prices.ts',
    'tables-payable.ts',
    'tables-statement.ts',
    'tables-numbers.ts',
    'tables-stock.ts',
    'tables-watch.ts',
    'tables-workspace.ts',
    'tables-delivery.ts',
    'tables-events.ts',
  ]
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n')
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
  const interfaces = new Map([...source.matchAll(/interface (\w+) \{([^}]*)\}/g)].map(([, name = '', body = '']) => [name, fields(body)]))
  return Object.fromEntries(
    (interfaces.get('Tables') ?? []).map(([table, name]) => [
      table,
      Object.fromEntries((interfaces.get(name) ?? []).map(([column, type]) => [column, columnType(type)])),
    ]),
  )
}

const fields = (body: string): [string, string][] =>
  [...body.matchAll(/(\w+): ([^;\n]+)/g)].map(([, name = '', type = '']) => [name, type.trim()])

function columnType(type: string): string {
  const kind = /Uint8Array/.test(type) ? 'blob' : /number|Exact|Bool|^\d(?: \| \d)*$/.test(type) ? 'integer' : 'text'
  return type.includes('null') ? `${kind}?` : kind
}
