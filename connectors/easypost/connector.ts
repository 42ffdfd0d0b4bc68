import type { Connector } from '../../src/connector/types.ts'
import { createTracker } from './actions.ts'
import { trackers } from './streams.ts'

const secret = { type: 'string', minLength: 8, writeOnly: true }

/** EasyPost API v2, its trackers. Webhooks are signed with a secret of one's own: https://docs.easypost.com/docs/webhooks */
const easypost: Connector = {
  name: 'easypost',
  title: 'EasyPost',
  docs: 'https://docs.easypost.com/docs/trackers',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'apiKey'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the API: https://api.easypost.com' },
      apiKey: { ...secret, title: 'API key (production or test)' },
      webhookSecret: { ...secret, title: 'Webhook secret (several, separated by spaces, while it is changed)' },
    },
  },
  setup: {
    credentials: [
      'Take an API key from API Keys in the dashboard; a test key sees test trackers only.',
      "Make a webhook (Webhooks & Events, or POST /v2/webhooks) with the hub's hook address and a `webhook_secret` of your own, and put the same secret into `webhookSecret`. EasyPost waits seven seconds for the answer.",
    ],
    permissions: ['trackers: read and create'],
  },
  http: {
    baseUrl: '{config.url}/v2',
    auth: { kind: 'basic', username: '{config.apiKey}', password: '' },
    timeoutMs: 30_000,
    concurrency: 4,
  },
  check: { path: '/trackers', query: { page_size: '1' } },
  streams: { trackers },
  actions: { 'create-tracker': createTracker },
  webhook: {
    verify: {
      kind: 'hmac',
      header: 'x-hmac-signature',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: 'hmac-sha256-hex=',
      normalize: 'NFKD',
      secret: '{config.webhookSecret}',
    },
    topic: { path: 'description' },
    topics: {
      'tracker.created': { stream: 'trackers', carries: 'whole', records: 'result' },
      'tracker.updated': { stream: 'trackers', carries: 'whole', records: 'result' },
    },
    eventId: { path: 'id', signed: true },
    ack: { status: 200 },
  },
}

export default easypost
