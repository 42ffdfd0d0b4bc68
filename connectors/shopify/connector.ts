import type { Connector, Topic } from '../../src/connector/types.ts'
import { fulfilOrder, setInventory } from './actions.ts'
import { ask, connectionAt, createHook, hooksQuery, renewHook, shopQuery } from './graphql.ts'
import { payouts } from './payouts.ts'
import { returns } from './returns.ts'
import { inventoryLevels, locations, orders, products, transfers } from './streams.ts'

const secret = { type: 'string', minLength: 8, writeOnly: true }
/** Bodies have the shape of the REST API, and come late, twice and out of order: each says only what to read again. */
const poke = (stream: string, subscribed: string, key: string, records = ''): Topic => ({
  stream,
  subscribed,
  carries: 'key',
  key,
  records,
})
const hook = { uri: '{address}', format: 'JSON' }

/** What a version that has ended is asked for the oldest one answers, and says which (shopify.dev/docs/api/usage/versioning). */
const version = '2026-07'

/** Shopify's GraphQL Admin API. */
const shopify: Connector = {
  name: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/api/admin-graphql/2026-07',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'timeZone', 'location'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the shop: https://<shop>.myshopify.com' },
      clientId: { type: 'string', minLength: 8, title: 'Client ID of the app (Dev Dashboard, Settings)' },
      clientSecret: { ...secret, title: 'Client secret of the app' },
      refreshToken: { ...secret, title: 'First refresh token, for an app with expiring offline tokens' },
      accessToken: { ...secret, title: 'Access token without an end, of an app made in the admin before 2026' },
      webhookSecret: { ...secret, title: 'Client secret again, for webhooks (old and new, separated by a space, while it is changed)' },
      location: { type: 'string', pattern: '^[0-9]+$', title: 'Number of the location whose stock is read (Settings, Locations)' },
      timeZone: { type: 'string', title: 'Time zone of the shop (IANA name)' },
      seller: { type: 'string', title: 'Key of the party that sells, when it is not the one whose books these are' },
    },
  },
  http: {
    baseUrl: `{config.url}/admin/api/${version}`,
    auth: {
      kind: 'oauth2',
      tokenUrl: '{config.url}/admin/oauth/access_token',
      clientId: '{config.clientId}',
      clientSecret: '{config.clientSecret}',
      client: 'form',
      refreshToken: '{config.refreshToken}',
      accessToken: '{config.accessToken}',
      header: { name: 'X-Shopify-Access-Token', value: '{token}' },
    },
    timeoutMs: 30_000,
    concurrency: 4,
    limit: { requests: 2000, perMs: 20_000 },
    points: {
      at: 'extensions.cost',
      asked: 'requestedQueryCost',
      spent: 'actualQueryCost',
      left: 'throttleStatus.currentlyAvailable',
      most: 'throttleStatus.maximumAvailable',
      perSecond: 'throttleStatus.restoreRate',
    },
    announces: { deprecated: 'x-shopify-api-deprecated-reason', version: { header: 'x-shopify-api-version', asked: version } },
    faults: [
      {
        path: 'data.bulkOperationRunQuery.userErrors.0.code',
        in: ['OPERATION_IN_PROGRESS', 'LIMIT_REACHED'],
        then: 'retry',
        code: 'bulk-busy',
        message: 'data.bulkOperationRunQuery.userErrors.0.message',
      },
      {
        path: 'data.inventorySetQuantities.userErrors.0.code',
        in: ['CHANGE_FROM_QUANTITY_STALE', 'IDEMPOTENCY_CONCURRENT_REQUEST'],
        then: 'retry',
        code: 'stale-figure',
        message: 'data.inventorySetQuantities.userErrors.0.message',
      },
    ],
  },
  setup: {
    permissions: [
      'read_orders',
      'read_all_orders',
      'read_returns',
      'read_products',
      'read_inventory',
      'write_inventory',
      'read_locations',
      'read_inventory_transfers',
      'read_shopify_payments_payouts',
      'read_merchant_managed_fulfillment_orders',
      'write_merchant_managed_fulfillment_orders',
    ],
    unproved: [
      'Bulk operations are read as the guide describes them; no published answer of a file was at hand. The codes of a shop that is busy (`OPERATION_IN_PROGRESS`, `LIMIT_REACHED`) and the body of the webhook bulk_operations/finish are from memory.',
      'Bodies of the webhooks of returns are read as the types of a public app of Shopify have them: nothing in them is believed but the id of the order.',
      'What the shop answers when a fulfilment is cancelled twice is published nowhere; its state is looked at before.',
      'Payouts and their transactions are read by REST resources that Shopify calls legacy; they are in this version. An app without a shop on Shopify Payments gets 404 or an empty list there: leave the stream out.',
      'Whether the host of bulk files takes ranges of bytes is published nowhere; a whole file of 32 MiB at most is taken as well.',
    ],
    credentials: [
      'Make an app in the Dev Dashboard of your organization, give its version the scopes below (protected customer data for names and addresses), and install it in the shop.',
      'Put client ID and client secret (Settings of the app) into the config: the hub asks for tokens of 24 hours by itself. An app with expiring offline tokens brings its first refresh token as well, an app made in the admin before 2026 its access token.',
      'Webhooks are signed with the same client secret: put it into `webhookSecret` too. A test notification sent from the admin is signed with another one, and refused.',
      'Link each location of the shop to that of the ledger; the number in the address of its page (Settings, Locations) is `location`.',
    ],
  },
  check: ask(shopQuery, {}, 1),
  streams: { orders, returns, products, 'inventory-levels': inventoryLevels, locations, transfers, payouts },
  actions: { 'set-inventory': setInventory, 'fulfil-order': fulfilOrder },
  webhook: {
    verify: { kind: 'hmac', header: 'x-shopify-hmac-sha256', algorithm: 'sha256', encoding: 'base64', secret: '{config.webhookSecret}' },
    topic: { header: 'x-shopify-topic' },
    topics: {
      'orders/create': poke('orders', 'ORDERS_CREATE', 'id'),
      'orders/updated': poke('orders', 'ORDERS_UPDATED', 'id'),
      'orders/delete': { ...poke('orders', 'ORDERS_DELETE', 'id'), op: 'delete' },
      'refunds/create': poke('orders', 'REFUNDS_CREATE', 'order_id'),
      'fulfillments/create': poke('orders', 'FULFILLMENTS_CREATE', 'order_id'),
      'fulfillments/update': poke('orders', 'FULFILLMENTS_UPDATE', 'order_id'),
      ...Object.fromEntries(
        ['request', 'approve', 'decline', 'update', 'cancel', 'close', 'reopen'].map((step) => [
          `returns/${step}`,
          poke('returns', `RETURNS_${step.toUpperCase()}`, 'order.id'),
        ]),
      ),
      'products/create': poke('products', 'PRODUCTS_CREATE', 'inventory_item_id', 'variants'),
      'products/update': poke('products', 'PRODUCTS_UPDATE', 'inventory_item_id', 'variants'),
      'bulk_operations/finish': {
        stream: 'orders',
        subscribed: 'BULK_OPERATIONS_FINISH',
        carries: 'job',
        key: 'admin_graphql_api_id',
        records: '',
      },
      'inventory_levels/update': poke('inventory-levels', 'INVENTORY_LEVELS_UPDATE', 'inventory_item_id'),
    },
    eventId: { header: 'x-shopify-webhook-id', signed: false },
    ack: { status: 200 },
    subscription: {
      list: { call: ask(hooksQuery, { after: '{page.token}' }), ...connectionAt('data.webhookSubscriptions') },
      key: 'legacyResourceId',
      topic: 'topic',
      address: 'uri',
      works: { path: 'format', in: ['JSON'] },
      create: ask(createHook, { topic: '{topic}', subscription: hook }),
      renew: ask(renewHook, { id: 'gid://shopify/WebhookSubscription/{key}', subscription: hook }),
    },
  },
}

export default shopify
