import { saleReference } from '../simulator/day/day-book.ts'
import { unknownCode } from '../simulator/day/plan-articles.ts'
import type { Desk, House } from './house.ts'

const crosswalkAt = 16 * 60

/** The integrator looks at 16:00 which orders wait for an article that nothing links, and adds the one line to the crosswalk. */
export function integratorDesk({ plan, shops, hub }: House): Desk {
  const waiting = plan.orders.filter(({ shop, lines }) => shop === 'shop-us' && lines.some(({ article }) => article === unknownCode))
  let done = false
  return {
    name: 'integrator',
    async work(minute) {
      if (done) return []
      const wanted = [`the orders with ${unknownCode} parked in the hub, to add its line to the crosswalk`]
      if (minute < crosswalkAt) return wanted
      const parked = await hub.list('/v1/deliveries', { state: 'parked', reason: 'missing-link' })
      const keys = new Set(parked.map(({ key }) => String(key)))
      const all = waiting.every(({ shop, number }) => {
        const id = shops.placed.get(number)
        return id !== undefined && keys.has(saleReference(shop, id))
      })
      if (!all) return wanted
      const [key] = await articleKeys(hub, unknownCode)
      if (key === undefined) throw new Error(`the ledger has no article ${unknownCode}`)
      const externalKey = String(shops.of['shop-us'].products.get(unknownCode))
      await hub.send('PUT', '/v1/crosswalk', { type: 'product', connection: 'shop-us', externalKey, key })
      done = true
      return []
    },
  }
}

async function articleKeys(hub: House['hub'], code: string): Promise<readonly string[]> {
  const products = await hub.list('/v1/documents/product')
  return products.flatMap(({ key }) => (String(key) === code ? [code] : []))
}
