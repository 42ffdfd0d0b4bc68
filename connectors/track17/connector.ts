import type { Connector } from '../../src/connector/types.ts'
import { register } from './actions.ts'
import { parcels, registered } from './streams.ts'

/**
 * 17TRACK API v2.4. Its name here begins with a letter because names of connectors do: they begin ids of mappings and schemas, and paths in them, where a digit begins a number. Every answer is 200 with a code inside;
 * webhooks carry a plain hash of body and key: https://asset.17track.net/api/document/v2.4_en/index.html
 */
const track17: Connector = {
  name: 'track17',
  title: '17TRACK',
  docs: 'https://asset.17track.net/api/document/v2.4_en/index.html',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'key'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the API: https://api.17track.net' },
      key: { type: 'string', minLength: 7, title: 'Access key of the API (Settings, Security)', writeOnly: true },
    },
  },
  setup: {
    credentials: [
      'Take the access key from Settings, Security in the console of the API; allow the addresses of the hub there, if the list of addresses is used.',
      "Put the hub's hook address into Settings, Webhook. Webhooks are signed with the same access key.",
    ],
    permissions: ['quota: each number that is registered takes one; asking for it again takes none'],
  },
  http: {
    baseUrl: '{config.url}/track/v2.4',
    auth: { kind: 'header', name: '17token', value: '{config.key}' },
    timeoutMs: 30_000,
    limit: { requests: 3, perMs: 1000 },
    faults: [
      { path: 'code', in: [-18010003], then: 'retry', code: 'busy', message: 'data.errors.0.message' },
      { path: 'code', in: [-18010001, -18010002, -18010004], then: 'reauth', code: 'key-refused', message: 'data.errors.0.message' },
      { path: 'code', not: [0], then: 'reject', code: 'refused', message: 'data.errors.0.message' },
    ],
  },
  check: { method: 'POST', path: '/getquota', json: [] },
  streams: { parcels, registered },
  actions: { register },
  webhook: {
    verify: {
      kind: 'hash',
      algorithm: 'sha256',
      signature: { header: 'sign' },
      signed: 'body',
      text: '{signed}/{secret}',
      secret: '{config.key}',
    },
    topic: { path: 'event' },
    topics: {
      TRACKING_UPDATED: { stream: 'parcels', carries: 'whole', records: 'data' },
      TRACKING_STOPPED: { stream: 'parcels', carries: 'whole', records: 'data' },
    },
    ack: { status: 200 },
  },
}

export default track17
