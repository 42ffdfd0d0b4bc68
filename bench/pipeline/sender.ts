import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { quartiles } from '../mapping/measure.ts'
import { shopOrder } from './orders.ts'

/**
 * The load, as a process of its own: `sender.ts <address> <secret> <from> <count> <senders>` sends so many different orders, each sender the next one when its last was acknowledged, and
 * prints one line of JSON. All bodies and signatures are made before the first is sent.
 */
export interface Sent {
  /** first request to last acknowledgement */
  readonly ms: number
  readonly acknowledged: number
  readonly refused: number
  readonly p50: number
  readonly p99: number
}

const [address = '', secret = '', from = '0', count = '0', senders = '64'] = process.argv.slice(2)
const { origin, pathname } = new URL(address)
const requests = Array.from({ length: Number(count) }, (_, i) => {
  const body = Buffer.from(JSON.stringify(shopOrder(Number(from) + i)))
  return { body, signature: createHmac('sha256', secret).update(body).digest('hex') }
})
const pool = new Pool(origin, { connections: Number(senders), pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })
const latencies: number[] = []
let next = 0
let refused = 0

async function sendAll(): Promise<void> {
  for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
    const began = performance.now()
    const { statusCode, body } = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shop-topic': 'order.created', 'x-shop-signature': request.signature },
      body: request.body,
    })
    await body.dump()
    if (statusCode === 200) latencies.push(performance.now() - began)
    else refused++
  }
}

const began = performance.now()
await Promise.all(Array.from({ length: Number(senders) }, sendAll))
const ms = performance.now() - began
await pool.close()
latencies.sort((a, b) => a - b)
const sent: Sent = {
  ms,
  acknowledged: latencies.length,
  refused,
  p50: quartiles(latencies).median,
  p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
}
process.stdout.write(`${JSON.stringify(sent)}\n`)
