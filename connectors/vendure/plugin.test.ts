import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { verifyWebhook } from '../../src/connector/verify.ts'
import vendure from './connector.ts'

interface Sender {
  tell(topic: string, keys: readonly unknown[]): void
  pending(): number
  close(): void
}
const { createSender } = createRequire(import.meta.url)('./plugin/sender.cjs') as {
  createSender(options: { url: string; secret: string; warn?: (text: string) => void; waitsMs?: readonly number[] }): Sender
}

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const heard: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] = []
const warned: string[] = []
let status = (): number => 200
let hub: Server
let sender: Sender
beforeEach(async () => {
  heard.length = 0
  warned.length = 0
  status = () => 200
  hub = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    heard.push({ headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(status()).end()
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hooks/token`
  sender = createSender({ url, secret, warn: (text) => warned.push(text), waitsMs: [5, 5] })
})
afterEach(async () => {
  sender.close()
  hub.closeAllConnections()
  await new Promise((resolve) => hub.close(resolve))
})
const quiet = () => vi.waitFor(() => expect(sender.pending()).toBe(0), 5_000)

test('an event says its keys only, signed so that the connector takes it', async () => {
  sender.tell('order.changed', [7, '8', undefined])
  await quiet()
  const [one] = heard
  expect(JSON.parse(one?.body ?? '')).toEqual({ type: 'order.changed', timestamp: expect.any(String), data: [{ id: '7' }, { id: '8' }] })
  const { webhook } = vendure
  const judge = (webhookSecret: string) =>
    webhook && verifyWebhook(webhook, { webhookSecret }, one?.headers ?? {}, Buffer.from(one?.body ?? ''), new Date())
  expect(judge(secret)).toEqual({
    kind: 'accepted',
    topic: 'order.changed',
    eventId: { value: one?.headers['webhook-id'], signed: true },
  })
  expect(judge(`whsec_${Buffer.alloc(32).toString('base64')}`)).toMatchObject({ kind: 'refused' })
})

test('telling is done at once and sends nothing by itself; what waits already is not told twice', async () => {
  for (let i = 0; i < 500; i++) sender.tell('stock.changed', [i % 3])
  expect(heard).toEqual([])
  await quiet()
  expect(heard.map(({ body }) => JSON.parse(body).data)).toEqual([[{ id: '0' }, { id: '1' }, { id: '2' }]])
})

test('an event that is not taken comes again under the same id, and is given up in the end', async () => {
  let count = 0
  status = () => (++count < 3 ? 503 : 200)
  sender.tell('order.changed', ['1'])
  await quiet()
  expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(heard).toHaveLength(3)
  status = () => 500
  sender.tell('order.changed', ['2'])
  await quiet()
  expect(heard).toHaveLength(6)
  expect(warned).toEqual([expect.stringContaining('order.changed 2 was not taken (500)')])
})

test('a refusal is not repeated, and a hub that is away is no error of the shop', async () => {
  status = () => 404
  sender.tell('order.changed', ['1'])
  await quiet()
  expect(heard).toHaveLength(1)
  const { port } = hub.address() as AddressInfo
  const away = createSender({ url: `http://127.0.0.1:${port}/x`, secret, warn: (text) => warned.push(text), waitsMs: [] })
  hub.closeAllConnections()
  await new Promise((resolve) => hub.close(resolve))
  away.tell('order.changed', ['2'])
  await vi.waitFor(() => expect(away.pending()).toBe(0), 5_000)
  expect(warned.at(-1)).toContain('ECONNREFUSED')
})

test('keys beyond ten thousand drop the oldest', () => {
  sender.close()
  const idle = createSender({ url: 'http://127.0.0.1:9/x', secret, warn: (text) => warned.push(text) })
  for (let i = 0; i < 10_005; i++) idle.tell('stock.changed', [i])
  expect(idle.pending()).toBe(10_000)
  expect(warned).toEqual([expect.stringContaining('1 events were dropped')])
  idle.close()
})

test('a secret that is none is refused when the shop starts', () => {
  expect(() => createSender({ url: 'http://127.0.0.1:9/x', secret: 'whsec_short' })).toThrow(/openssl rand/)
})
