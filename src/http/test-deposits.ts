import type { Json, JsonObject } from '../model/json.ts'
import { scopes } from './auth.ts'
import type { TestHub } from './test-hub.ts'

/** Merchants `M-A` and `M-B` in the ledger of a test hub. */
export async function seedMerchants(hub: TestHub): Promise<void> {
  for (const key of ['M-A', 'M-B'])
    await hub.ask('PUT', '/v1/documents/party/one', { json: { key, document: { name: key, roles: ['merchant'], status: 'active' } } })
}

/** Every operation on deposits once. @throws Error when one of them is refused */
export async function depositDay(hub: TestHub): Promise<void> {
  const checker = await hub.addKey(scopes)
  const call = async (method: string, path: string, json?: Json, key?: string): Promise<JsonObject> => {
    const answer = await hub.ask(method, path, { ...(json === undefined ? {} : { json }), ...(key === undefined ? {} : { key }) })
    if (answer.status >= 300) throw new Error(`${path} answers ${answer.status}: ${answer.text}`)
    return answer.json
  }
  await seedMerchants(hub)
  const of = { merchant: 'M-A', currency: 'CNY', why: 'a day of deposits' }
  await call('POST', '/v1/deposits/changes', { ...of, number: 'DT-1', kind: 'terms', owner: 'us' })
  await call('POST', '/v1/deposits/top-ups', { ...of, number: 'TU-1', amount: '100.00' })
  const { key = '' } = await call('POST', '/v1/deposits/changes', { ...of, number: 'DC-1', kind: 'adjustment', amount: '-1.00' })
  await call('POST', '/v1/deposits/changes/decide', { key, to: 'approved' }, checker)
  for (const path of ['', '/one?merchant=M-A', '/entries?merchant=M-A', '/entries/export?merchant=M-A'])
    await call('GET', `/v1/deposits${path}`)
}
