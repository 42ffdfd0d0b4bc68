import { createInterface } from 'node:readline'
import { createPool } from 'mysql2/promise'
import { insertOrders } from './peer-tables.ts'
import { bookedOrders } from './truth.ts'

/**
 * The floor, as a process of its own: `floor-process.ts <database> <from> <count>` makes the rows, says `ready`, inserts them after a line on its input, and says `done` with the ms it took. What no hub
 * can do with less: the same rows by prepared multi-row statements, 64 orders in a transaction, four at once.
 */
const [address = '', from = '0', count = '0'] = process.argv.slice(2)
const batch = 64
const atOnce = 4

const orders = bookedOrders(Number(from), Number(count)).map((order) => ({ ...order, text: JSON.stringify(order.document) }))
const pool = createPool({ uri: address, connectionLimit: atOnce })
let next = 0
async function insertAll(): Promise<void> {
  const connection = await pool.getConnection()
  while (next < orders.length) {
    const at = next
    next += batch
    await insertOrders(connection, orders.slice(at, at + batch))
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
