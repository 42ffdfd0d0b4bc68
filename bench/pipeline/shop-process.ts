import { createServer } from 'node:http'
import { shopOrder } from './orders.ts'

/** The shop as the hub polls it, a process of its own: `shop-process.ts <orders> <port>` lists so many orders of one line, by pages; each is made when it is asked for. */
const [orders = '0', port = '0'] = process.argv.slice(2)
const total = Number(orders)
/** far from the numbers that are sent as webhooks */
const first = 50_000_000

createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://shop')
  const size = Number(searchParams.get('size') ?? 1)
  const from = (Number(searchParams.get('page') ?? 1) - 1) * size
  const count = Math.max(0, Math.min(size, total - from))
  const page = Array.from({ length: count }, (_, i) => shopOrder(first + from + i, 1))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ orders: page }))
}).listen(Number(port), '127.0.0.1')
