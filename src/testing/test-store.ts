import { existsSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { type MysqlOptions, openMysql } from '../store/mysql.ts'
import { openSqlite } from '../store/sqlite.ts'

/** Address of a MySQL server on which tests may make databases whose names end in `_test`; without it they use SQLite. */
export const testServer = (): string | undefined => process.env.TEST_STORE_SERVER

/** Databases of this process on one server: making all the tables costs more than most tests. */
interface Databases {
  readonly server: string
  /** those that a test has given back */
  readonly idle: string[]
  made: number
  /** what a database looks like after its migrations */
  whole: string | undefined
}
const servers = new Map<string, Databases>()

/** bytes of an empty SQLite store after its migrations */
let image: Uint8Array | undefined

/** An empty, migrated store for one test. `file`: where SQLite keeps it, in memory when left out. `now`: what its clock says. */
export async function openTestStore(options: { readonly file?: string; readonly now?: () => number } = {}): Promise<Database> {
  const server = testServer()
  const { file = ':memory:', now } = options
  const clock = now === undefined ? {} : { now }
  if (server !== undefined) return openOn(server, clock)
  image ??= await makeImage()
  const bytes = image
  if (file === ':memory:') return openSqlite(file, { ...clock, onOpen: (handle) => handle.deserialize(bytes) })
  if (!existsSync(file)) writeFileSync(file, bytes, { mode: 0o600 })
  const database = await openSqlite(file, clock)
  await migrate(database)
  return database
}

async function makeImage(): Promise<Uint8Array> {
  let handle: DatabaseSync | undefined
  const database = await openSqlite(':memory:', {
    onOpen: (opened) => {
      handle = opened
    },
  })
  await migrate(database)
  const bytes = (handle as DatabaseSync).serialize()
  await database.close()
  return bytes
}

const openOn = (server: string, clock: { readonly now?: () => number }): Promise<Database> =>
  openStoreOn(server, { writers: 4, readers: 4, ...clock }, process.env.TEST_STORE_NAME)

/** An empty, migrated store on this server; `only`: the one database that may be used there. What is closed serves the next test. */
export async function openStoreOn(server: string, options: MysqlOptions = {}, only?: string): Promise<Database> {
  const databases = servers.get(server) ?? { server, idle: [], made: 0, whole: undefined }
  servers.set(server, databases)
  const name = databases.idle.pop() ?? only ?? (await newDatabase(databases))
  await empty(databases, name)
  const database = await openMysql(`${server}/${name}`, options)
  await migrate(database)
  databases.whole ??= await shapeIn(server, name)
  let open = true
  return {
    ...database,
    async close() {
      await database.close()
      if (open && name !== only) databases.idle.push(name)
      open = false
    },
  }
}

async function shapeIn(server: string, name: string): Promise<string> {
  const connection = await createConnection(`${server}/${name}`)
  const shape = await shapeOf(connection)
  await connection.end()
  return shape
}

async function newDatabase(databases: Databases): Promise<string> {
  const name = `crossdock_${process.pid}_shared_${++databases.made}_test`
  const connection = await createConnection(databases.server)
  await connection.query(`create database ${name}`)
  await connection.end()
  return name
}

/** Empties the tables; where a test changed their number or forgot migrations, and where another process made them, they go and are made anew. */
async function empty({ server, whole }: Databases, name: string): Promise<void> {
  const connection = await createConnection({ uri: `${server}/${name}`, multipleStatements: true })
  const tables = await tablesOf(connection)
  const isWhole = whole !== undefined && (await shapeOf(connection)) === whole
  const words = isWhole
    ? (await filledOf(connection, tables)).map((table) => `delete from \`${table}\``)
    : tables.map((table) => `drop table \`${table}\``)
  if (words.length > 0) await connection.query(words.join(';'))
  await connection.end()
}

/** Tables that have rows, those of migrations apart: a test fills few of them. */
async function filledOf(connection: Connection, tables: readonly string[]): Promise<readonly string[]> {
  const looks = tables.filter((table) => table !== 'migration').map((table) => `(select '${table}' as name from \`${table}\` limit 1)`)
  return (await connection.query<RowDataPacket[]>(looks.join(' union all ')))[0].map((row) => String(row.name))
}

const tablesOf = async (connection: Connection): Promise<readonly string[]> =>
  (await connection.query<RowDataPacket[]>('show tables'))[0].map((row) => String(Object.values(row)[0]))

async function shapeOf(connection: Connection): Promise<string> {
  const tables = await tablesOf(connection)
  const [steps] = tables.includes('migration') ? await connection.query<RowDataPacket[]>('select number from migration') : [[]]
  return `${tables.join()} ${steps.length}`
}
