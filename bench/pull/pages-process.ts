import { createServer } from 'node:http'
import { shopOrder } from '../pipeline/orders.ts'

/*
 * A shop that lists its orders by pages, a process of its own: `pages-process.ts <pages> <size> <port>`. All pages are made before it answers, so that it costs the readers only
 * the way.
 */
const [pages = 0, size = 0, port = 0] = process.argv.slice(2).map(Number)

const bodies = Array.from({ length: pages }, (_, page) =>
  Buffer.from(JSON.stringify({ orders: Array.from({ length: size }, (__, i) => shopOrder(page * size + i)) })),
)
const empty = Buffer.from('{"orders":[]}')

createServer((request, response) => {
  const page = Number(new URL(request.url ?? '/', 'http://shop').searchParams.get('page') ?? 1)
  const body = bodies[page - 1] ?? empty
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
}).listen(port, '127.0.0.1')
