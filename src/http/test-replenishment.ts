import { replenishRules } from '../ledger/replenish-rules.ts'
import type { JsonObject } from '../model/json.ts'
import type { TestHub } from './test-hub.ts'

export const replenishmentOf = replenishRules({ locations: [{ location: 'L-1' }], buyer: 'harbour', currency: 'CNY' })

/** Every operation on suggestions once, on a hub of a test that has the product P-1. @throws Error when one of them is refused */
export async function replenishmentDay(hub: TestHub): Promise<void> {
  const ask = async (method: 'POST' | 'PUT', path: string, json: JsonObject) => {
    const answer = await hub.ask(method, path, { json })
    if (answer.status >= 300) throw new Error(`${path} answers ${answer.status}: ${answer.text}`)
  }
  for (const number of ['RS-1', 'RS-2'])
    await ask('PUT', '/v1/documents/replenishment/one', {
      key: `hub/${number}`,
      document: {
        number,
        status: 'suggested',
        product: { ref: { type: 'product', key: 'P-1' } },
        location: { ref: { type: 'location', key: 'L-1' } },
        supplier: { ref: { type: 'party', key: 'N' } },
        quantity: '2',
        unit: 'EA',
      },
    })
  await ask('POST', '/v1/replenishment/approve', { keys: ['hub/RS-1'] })
  await ask('POST', '/v1/replenishment/reject', { keys: ['hub/RS-2'], reason: 'not now' })
  await ask('POST', '/v1/replenishment/run', {})
}
