import { createHmac } from 'node:crypto'
import type { Action, Connector, HttpRequest, Stream } from '../../src/connector/types.ts'

const documents = ['sales-order', 'purchase-order', 'shipment', 'stock-level'] as const

/** An event carries the document whole, in the hub's own shape: {type: 'sales-order.updated', timestamp, data}. */
const received = (document: string): Stream => ({
  title: `Events that carry a ${document}`,
  schema: {
    type: 'object',
    required: ['type', 'timestamp', 'data'],
    properties: {
      type: { type: 'string' },
      timestamp: { type: 'string' },
      data: { type: 'object', required: ['key'], properties: { key: { type: 'string', minLength: 1 } } },
    },
  },
  key: 'data.key',
  version: { kind: 'time', paths: ['timestamp'], zone: null, granularityMs: 0 },
  call: null,
  records: '',
  page: { kind: 'single' },
  cursor: null,
  parts: [{ document, body: 'data', mode: 'replace', identity: document === 'stock-level' ? { kind: 'stock' } : { kind: 'origin' } }],
  blindSpots: ['whatever the sender did not send'],
})

const sent = (document: string): Action => ({
  kind: 'command',
  title: `Tells a subscriber of a ${document}`,
  document,
  create: event(document),
  change: event(document),
  cancel: event(document),
})

const event = (document: string) => ({
  mapping: `standard-webhooks/${document}-event`,
  input: {
    type: 'object',
    required: ['type', 'timestamp', 'data'],
    properties: { type: { type: 'string' }, timestamp: { type: 'string' }, data: { type: 'object' } },
  },
  call: { method: 'POST' as const, path: '', json: { type: '{input.type}', timestamp: '{input.timestamp}', data: '{input.data}' } },
  once: { kind: 'header' as const, name: 'webhook-id' },
})

/**
 * Standard Webhooks 1.0 both ways: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. Every delivery keeps its webhook-id over
 * all retries; each try is signed anew.
 */
const standardWebhooks: Connector = {
  name: 'standard-webhooks',
  title: 'Standard Webhooks',
  docs: 'https://www.standardwebhooks.com/',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'secret'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address that receives our events' },
      secret: {
        type: 'string',
        pattern: '^whsec_[A-Za-z0-9+/=]{16,}( whsec_[A-Za-z0-9+/=]{16,})*$',
        title: 'Signing secret (several, separated by spaces, while it is changed)',
        writeOnly: true,
      },
      timeZone: { type: 'string', title: 'Time zone (IANA name)' },
    },
  },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'sign', sign },
    timeoutMs: 20_000,
    faults: [{ status: [410], then: 'reject', code: 'gone' }],
  },
  check: { method: 'POST', path: '', json: { type: 'ping', timestamp: '1970-01-01T00:00:00.000Z', data: {} } },
  streams: Object.fromEntries(documents.map((document) => [document, received(document)])),
  actions: Object.fromEntries(documents.map((document) => [document, sent(document)])),
  webhook: {
    verify: { kind: 'standard', secret: '{config.secret}' },
    topic: { path: 'type' },
    topics: Object.fromEntries(
      documents.flatMap((document) =>
        (['created', 'updated', 'deleted'] as const).map((verb) => [
          `${document}.${verb}`,
          { stream: document, carries: 'whole' as const, records: '', ...(verb === 'deleted' ? { op: 'delete' as const } : {}) },
        ]),
      ),
    ),
    eventId: { header: 'webhook-id', signed: true },
    ack: { status: 202 },
  },
}

/** Signs `id.timestamp.body` with the first secret; the id is the delivery's effect key, already in the header. */
function sign(request: HttpRequest, config: { readonly [key: string]: unknown }, now: Date): HttpRequest {
  const id = request.headers['webhook-id'] ?? `msg_${now.getTime()}`
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const [secret = ''] = String(config.secret).split(' ')
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(request.body ?? new Uint8Array())
    .digest('base64')
  return {
    ...request,
    headers: { ...request.headers, 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
  }
}

export default standardWebhooks
