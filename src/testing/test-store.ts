import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openMysql } from '../store/mysql.ts'
import { openSqlite } from '../store/sqlite.ts'

/** Address of a MySQL server on which tests may make databases whose names end in `_test`; without it they use SQLite. */
export const testServer = (): string | undefined => process.env.TEST_STORE_SERVER

/** Databases of this process that a test has given back: making thirty tables costs more than most tests. */
const idle: string[] = []
let made = 0
/** what a database looks like after its migrations */
let whole: string | undefined

/** An empty, migrated store for one test. `file`: where SQLite keeps it, in memory when left out. `now`: what its clock says. */
export async function openTestStore(options: { readonly file?: string; readonly now?: () => number } = {}): Promise<Database> {
  const server = testServer()
  const { file = ':memory:', now } = options
  const clock = now === undefined ? {} : { now }
  if (server !== undefined) return openOn(server, clock)
  const database = await openSqlite(file, clock)
  await migrate(database)
  return database
}

async function openOn(server: string, clock: { readonly now?: () => number }): Promise<Database> {
  const name = idle.pop() ?? process.env.TEST_STORE_NAME ?? (await newDatabase(server))
  await empty(server, name)
  const database = await openMysql(`${server}/${name}`, { writers: 4, readers: 4, ...clock })
  await migrate(database)
  whole ??= await shapeIn(server, name)
  let open = true
  return {
    ...database,
    async close() {
      await database.close()
      if (open && name !== process.env.TEST_STORE_NAME) idle.push(name)
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

async function newDatabase(server: string): Promise<string> {
  const name = `crossdock_${process.pid}_${++made}_test`
  const connection = await createConnection(server)
  await connection.query(`create database ${name}`)
  await connection.end()
  return name
}

/** Empties the tables; where a test changed their number or forgot migrations, and where another process made them, they go and are made anew. */
async function empty(server: string, name: string): Promise<void> {
  const connection = await createConnection({ uri: `${server}/${name}`, multipleStatements: true })
  const tables = await tablesOf(connection)
  const isWhole = whole !== undefined && (await shapeOf(connection)) === whole
  const words = isWhole
    ? tables.filter((table) => table !== 'migration').map((table) => `delete from \`${table}\``)
    : tables.map((table) => `drop table \`${table}\``)
  if (words.length > 0) await connection.query(words.join(';'))
  await connection.end()
}

const tablesOf = async (connection: Connection): Promise<readonly string[]> =>
  (await connection.query<RowDataPacket[]>('show tables'))[0].map((row) => String(Object.values(row)[0]))

async function shapeOf(connection: Connection): Promise<string> {
  const tables = await tablesOf(connection)
  const [steps] = tables.includes('migration') ? await connection.query<RowDataPacket[]>('select number from migration') : [[]]
  return `${tables.join()} ${steps.length}`
}
