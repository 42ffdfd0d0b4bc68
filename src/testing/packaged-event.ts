import { createHmac } from 'node:crypto'

/** Sends an order as Standard Webhooks 1.0 has it: `webhook-signature: v1,base64(hmac-sha256(secret, id.timestamp.body))`. */
export async function post(address: string, secret: string, key: string): Promise<number> {
  const now = new Date()
  const id = `msg_${key}`
  const body = JSON.stringify({ type: 'sales-order.created', timestamp: now.toISOString(), data: order(key, now) })
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
    signal: AbortSignal.timeout(10_000),
  })
  await answer.arrayBuffer()
  return answer.status
}

const order = (key: string, placed: Date) => ({
  type: 'sales-order',
  key,
  number: key,
  status: 'open',
  placedAt: placed.toISOString(),
  issueDate: placed.toISOString().slice(0, 10),
  zone: 'UTC',
  seller: { name: 'Harbour Trading' },
  currency: 'USD',
  taxBasis: 'exclusive',
  totals: { linesTotal: '70.00', taxTotal: '0.00', grandTotal: '70.00' },
  lines: [
    { key: '1', product: { sku: 'LAMP-RED' }, name: 'Desk lamp', quantity: '2', unit: 'C62', unitPrice: '35.00', lineAmount: '70.00' },
  ],
})
