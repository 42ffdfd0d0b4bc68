import type { Json, JsonObject } from '../model/json.ts'
import type { TestHub } from './test-hub.ts'

/** Every operation on purchases once, on a hub of a test. @throws Error when one of them is refused */
export async function purchaseDay(hub: TestHub): Promise<string> {
  const post = async (path: string, json: Json): Promise<JsonObject> => {
    const answer = await hub.ask('POST', path, { json })
    if (answer.status >= 300) throw new Error(`${path} answers ${answer.status}: ${answer.text}`)
    return answer.json
  }
  const lines = [{ key: '1', product: { sku: 'LAMP' }, quantity: '10', unit: 'EA', unitPrice: '2.50' }]
  const document = {
    issueDate: '2026-11-20',
    requestedDate: '2026-11-22',
    seller: { name: 'Ningbo' },
    currency: 'CNY',
    taxBasis: 'none',
    lines,
  }
  const { key } = await post('/v1/purchase-orders', { document })
  for (const act of ['issue', 'close', 'reopen']) await post(`/v1/purchase-orders/${act}`, { key: key as string })
  const answer = [{ line: '1', action: 'change', quantity: '8', promisedDate: '2026-12-01' }]
  await post('/v1/purchase-orders/respond', { key: key as string, kind: 'changed', lines: answer })
  await post('/v1/purchase-orders/amend', { key: key as string, changes: { lines: [{ key: '1', quantity: '8' }] }, why: 'sold out' })
  const goods = { kind: 'receipt', order: key as string, draft: true, head: { location: { code: 'MAIN' } } }
  const received = await post('/v1/goods-receipts', { ...goods, lines: [{ line: '1', accepted: '3', rejected: '1', reason: 'wet' }] })
  await post('/v1/goods-receipts/post', { key: received.key as string })
  const back = await post('/v1/goods-receipts', { ...goods, kind: 'supplier-return', draft: false, lines: [{ line: '1', accepted: '1' }] })
  await post('/v1/goods-receipts/reverse', { key: back.key as string })
  const other = await post('/v1/purchase-orders', { document, issue: true })
  await post('/v1/purchase-orders/cancel', { key: other.key as string, why: 'ordered twice' })
  for (const path of ['/v1/purchase-orders', `/v1/purchase-orders/one?key=${key}`, `/v1/purchase-orders/changes?key=${key}`]) {
    const { status, text } = await hub.ask('GET', path)
    if (status !== 200) throw new Error(`${path} answers ${status}: ${text}`)
  }
  return key as string
}
