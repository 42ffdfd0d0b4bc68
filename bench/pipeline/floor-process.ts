import { createInterface } from 'node:readline'
import { createPool, type PoolConnection } from 'mysql2/promise'
import { bookedOrders, type StoredOrder } from './truth.ts'

/**
 * The floor, as a process of its own: `floor-process.ts <database> <from> <count>` makes the rows, says `ready`, inserts them after a line on its input, and says `done` with the ms it took. What no hub
 * can do with less: the same rows by prepared multi-row statements, 64 orders in a transaction, four at once.
 */
const [address = '', from = '0', count = '0'] = process.argv.slice(2)
const batch = 64
const atOnce = 4

const orders = bookedOrders(Number(from), Number(count)).map((order) => ({ ...order, text: JSON.stringify(order.document) }))
type Row = StoredOrder & { readonly text: string }
const pool = createPool({ uri: address, connectionLimit: atOnce })
const places = (rows: number, columns: number): string =>
  Array(rows)
    .fill(`(${Array(columns).fill('?').join(',')})`)
    .join(',')

async function insert(connection: PoolConnection, rows: readonly Row[]): Promise<void> {
  await connection.query('start transaction')
  await connection.execute(
    `insert into shop_order (id, number, currency, date, goods, charges, tax, grand, document) values ${places(rows.length, 9)}`,
    rows.flatMap(({ id, number, currency, date, goods, charges, tax, grand, text }) => [
      id,
      number,
      currency,
      date,
      goods,
      charges,
      tax,
      grand,
      text,
    ]),
  )
  const lines = rows.flatMap(({ id, lines }) => lines.map((line) => [id, line.key, line.number, line.quantity]))
  await connection.execute(`insert into shop_order_line (order_id, line, number, quantity) values ${places(lines.length, 4)}`, lines.flat())
  await connection.query('commit')
}

let next = 0
async function insertAll(): Promise<void> {
  const connection = await pool.getConnection()
  while (next < orders.length) {
    const at = next
    next += batch
    await insert(connection, orders.slice(at, at + batch))
  }
  connection.release()
}

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
process.stdout.write('ready\n')
await input.next()
const began = performance.now()
await Promise.all(Array.from({ length: atOnce }, insertAll))
process.stdout.write(`done ${performance.now() - began}\n`)
await input.next()
await pool.end()
process.exit(0)
