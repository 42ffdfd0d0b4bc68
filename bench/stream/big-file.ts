import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { shopOrders } from '../mapping/jobs/shop-orders.ts'

const different = 500

/** Writes `{"shop": …, "orders": [ … ]}` of at least so many bytes. The same size gives the same bytes. */
export async function writeBigFile(path: string, bytes: number): Promise<{ readonly orders: number; readonly bytes: number }> {
  const texts = shopOrders(different, 1).map((order) => JSON.stringify(order))
  const stream = createWriteStream(path)
  stream.write('{"shop":"harbour","orders":[')
  let written = 0
  let orders = 0
  while (written < bytes) {
    const text = (orders === 0 ? '' : ',') + (texts[orders % different] ?? '')
    orders++
    written += Buffer.byteLength(text)
    if (!stream.write(text)) await once(stream, 'drain')
  }
  stream.end(']}')
  await finished(stream)
  return { orders, bytes: written }
}
