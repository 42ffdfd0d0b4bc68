import type { Connector, Topic } from '../../src/connector/types.ts'
import { cancelOrder, fulfilOrder, setStock } from './actions.ts'
import { customers, locations, stock, variants } from './goods.ts'
import { ask, channelQuery, loginMutation } from './graphql.ts'
import { orders, orderWatch } from './orders.ts'

const secret = { type: 'string', minLength: 8, writeOnly: true }
const poke = (stream: string): Topic => ({ stream, carries: 'key', records: 'data', key: 'id' })

/** Vendure's Admin API (GraphQL), 3.7; events by the plugin that stands beside this file. */
const vendure: Connector = {
  name: 'vendure',
  title: 'Vendure',
  docs: 'https://docs.vendure.io/reference/graphql-api/admin/queries',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the server, without /admin-api' },
      apiKey: { ...secret, title: 'API key of an administrator (3.7 and later); instead of user name and password' },
      username: { type: 'string', title: 'User name of an administrator' },
      password: { ...secret, title: 'Password' },
      channelToken: { ...secret, title: 'Token of the channel, when it is not the default one (Settings, Channels)' },
      webhookSecret: { ...secret, title: 'Secret of the plugin, `whsec_…` (old and new, separated by a space, while it is changed)' },
      moneyDigits: {
        enum: [0, 2, 3, 4],
        title: 'Decimals of the stored amounts, when the MoneyStrategy of the server has another precision than 2',
      },
      timeZone: { type: 'string', title: 'Time zone of the shop (IANA name)' },
      seller: { type: 'string', title: 'Key of the party that sells, when it is not the one whose books these are' },
    },
  },
  http: {
    baseUrl: '{config.url}',
    auth: {
      kind: 'session',
      login: ask(loginMutation, { username: '{config.username}', password: '{config.password}' }),
      headers: { authorization: 'Bearer {answered.vendure-auth-token}' },
      instead: { 'vendure-api-key': '{config.apiKey}' },
    },
    headers: { 'vendure-token': '{config.channelToken}' },
    timeoutMs: 30_000,
    concurrency: 4,
  },
  setup: {
    permissions: [
      'ReadOrder',
      'UpdateOrder',
      'ReadCustomer',
      'ReadCatalog (or ReadProduct)',
      'UpdateCatalog (or UpdateProduct)',
      'ReadStockLocation',
      'ReadChannel',
    ],
    credentials: [
      "Make a role with the permissions below and an administrator with it. The server takes tokens in headers when `authOptions.tokenMethod` has `'bearer'`: put user name and password into the config. From 3.7 an API key does instead, when it has `'api-key'` (`createApiKey`).",
      'Webhooks come from the plugin in `connectors/vendure/plugin`: its README says how an installation loads it. Put the same secret into `webhookSecret`; without the plugin everything is polled.',
      'Link each stock location to that of the ledger: the name of the one in Vendure is its code.',
      'Poll `order-watch` every few minutes: it sees what `updatedAt` of an order does not show, should the plugin not be heard.',
    ],
  },
  check: ask(channelQuery),
  streams: { orders, 'order-watch': orderWatch, variants, stock, locations, customers },
  actions: { 'set-stock': setStock, 'fulfil-order': fulfilOrder, 'cancel-order': cancelOrder },
  webhook: {
    verify: { kind: 'standard', secret: '{config.webhookSecret}' },
    topic: { path: 'type' },
    topics: { 'order.changed': poke('orders'), 'variant.changed': poke('variants'), 'stock.changed': poke('stock') },
    eventId: { header: 'webhook-id', signed: true },
    ack: { status: 200 },
  },
}

export default vendure
