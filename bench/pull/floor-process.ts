import { Pool } from 'undici'
import { startMeter } from './reading.ts'

/* `floor-process.ts <address> <pages>`: the least that reads the pages, undici and JSON.parse, one page after the other as a list has to be read. It keeps nothing. */
const [address = '', pages = '0'] = process.argv.slice(2)
const pool = new Pool(address, { connections: 1, pipelining: 1 })

async function read(page: number): Promise<readonly { readonly id: number }[]> {
  const { body } = await pool.request({ method: 'GET', path: `/orders?page=${page}&size=250` })
  const { orders } = JSON.parse(await body.text()) as { readonly orders: readonly { readonly id: number }[] }
  return orders
}

const meter = startMeter()
let records = 0
let checksum = 0
for (let page = 1; ; page++) {
  const orders = await read(page)
  records += orders.length
  for (const { id } of orders) checksum += id % 1_000_003
  if (page === Math.ceil(Number(pages) / 4)) meter.mark()
  if (orders.length < 250) break
}
process.stdout.write(JSON.stringify(meter.end(records, checksum)))
await pool.close()
