import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createPool } from 'mysql2/promise'
import { insertOrders } from './peer-tables.ts'
import { bookedOrder } from './truth.ts'

/**
 * A program for this one job, as a process of its own: `batched-process.ts <database> <port> <secret>`. It promises what the hub promises of the acknowledgement and nothing else: the signature is checked, the bytes are
 * kept under a unique key, many of them by one COMMIT, and 200 is said after it; then the rows of many orders are written by one transaction. No queue, no second process, no recovery, no mapping language, no schema, no
 * versions, no history: what is left when all that is left out.
 */
const [address = '', port = '0', secret = ''] = process.argv.slice(2)
const most = 64
const lingerMs = 2

const pool = createPool({ uri: address, connectionLimit: 4 })
await pool.query(
  'create table receipt (id bigint auto_increment primary key, event char(64) not null unique, body mediumblob not null) character set utf8mb4',
)

interface Waiting {
  readonly body: Buffer
  readonly response: ServerResponse
}
const waiting: Waiting[] = []
const committed: Buffer[] = []
let committing = false
let applying = false

async function commit(): Promise<void> {
  committing = true
  await wait(lingerMs)
  while (waiting.length > 0) {
    const group = waiting.splice(0, most)
    await pool.execute(
      `insert into receipt (event, body) values ${group.map(() => '(?,?)').join(',')}`,
      group.flatMap(({ body }) => [createHash('sha256').update(body).digest('hex'), body]),
    )
    for (const { body, response } of group) {
      response.writeHead(200).end()
      committed.push(body)
    }
    if (!applying) void apply()
  }
  committing = false
}

async function apply(): Promise<void> {
  applying = true
  const connection = await pool.getConnection()
  while (committed.length > 0)
    await insertOrders(
      connection,
      committed.splice(0, most).map((body) => bookedOrder(JSON.parse(body.toString()))),
    )
  connection.release()
  applying = false
}

createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts)
    const told = Buffer.from(String(request.headers['x-shop-signature']), 'hex')
    const right = createHmac('sha256', secret).update(body).digest()
    if (told.byteLength !== right.byteLength || !timingSafeEqual(told, right)) return response.writeHead(401).end()
    waiting.push({ body, response })
    if (!committing) void commit()
  })
}).listen(Number(port), '127.0.0.1')
