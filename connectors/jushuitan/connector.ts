import type { Connector } from '../../src/connector/types.ts'
import { order, purchase, send, setStock } from './actions.ts'
import { ask, faults } from './ask.ts'
import { productLinks, products, stock, suppliers, warehouseLinks, warehouses } from './master.ts'
import { toldBy } from './messages.ts'
import { orders, purchases, receipts, refunds, shipments } from './trade.ts'

const text = { type: 'string', minLength: 1 }
const digits = { type: 'string', pattern: '^[0-9]{1,19}$' }

/** Four at once and then one each 625 ms: never more than five in a second and a hundred in a minute. */
const limitOf = (perMinute: unknown) => ({ requests: 4, perMs: 2500 / ((typeof perMinute === 'number' ? perMinute : 100) / 100) })

/** 聚水潭: orders of many shops and marketplaces, one stock, purchases: https://openweb.jushuitan.com/dev-doc */
const jushuitan: Connector = {
  name: 'jushuitan',
  title: '聚水潭 (Jushuitan)',
  docs: 'https://openweb.jushuitan.com/dev-doc',
  setup: {
    credentials: [
      'in 开放平台 (openweb.jushuitan.com): make an application of your own (商家自研, 自有商城) and have it reviewed; it shows App Key and App Secret. The hub asks for the token by itself and renews it',
      'an application of a service provider (第三方) gets its token by the consent of a merchant, and may not renew it since 2023-08-15: put it into `accessToken`, and a new one when it ends',
      'put the addresses that the hub is seen from into the list of allowed addresses (IP白名单)',
      '`warehouse` is 分仓编号 (wms_co_id) of the warehouse whose stock is read and set, as the stream `warehouses` shows it; `shop` is 店铺编号 of the shop that orders are uploaded to',
      "messages (消息订阅, production only): give the hub's hook address of the connection (`crossdock connection hook`) as the address, and tell it to nobody else",
    ],
    permissions: [
      'query of orders, after-sales, sales outbound, purchases, purchase inbound, articles, stock, suppliers and warehouses',
      'for what the hub makes: 采购单上传 and 采购单作废, 订单上传 and 订单取消, 新建盘点单, 订单发货',
    ],
    unproved: [
      'the signature is held against both answers in the unit tests of a public client (ieu/jst-java, DefaultJstDigestTest); no answer of the vendor itself was found',
      'paths, fields and limits are those of that client, which follows the pages of the documentation, and of other public clients; requests and answers of the conformance tests were made by us, in these shapes, and nothing was sent to Jushuitan',
      'how messages are signed and what they look like is not published where we could read it: nothing in them is believed but an id, under the name it has everywhere (o_id, as_id, io_id), and that is read again; a message without one makes the orders be read',
      'from memory: that lists by row version come in its order, that what orders have taken (order_lock) is part of qty, the word 生效 of a warehouse in use, that pay_amount is the amounts of the lines and the freight less free_amount, that what a split order was paid is told again by its parts, that the money of an after-sale went back once it is Confirmed, and that the limits count for each application and merchant',
      'how far a look-back of 200 row versions reaches in the database of the vendor, which counts the writes of all its merchants, is not known; a full pass (`full`) closes what it misses',
      'how long the number of a count (so_id) may be: ours has 64 characters',
    ],
  },
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'appKey', 'appSecret', 'timeZone', 'since'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the API: https://openapi.jushuitan.com' },
      appKey: { ...text, title: 'App Key' },
      appSecret: { ...text, title: 'App Secret', writeOnly: true },
      accessToken: { ...text, title: 'access_token of a merchant, for applications of service providers', writeOnly: true },
      timeZone: { type: 'string', title: 'Time zone of its times (IANA name): Asia/Shanghai' },
      since: {
        type: 'string',
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
        title: 'Day from which purchases, articles and suppliers are read',
      },
      warehouse: { ...digits, title: 'Number of the warehouse whose stock is read and set (wms_co_id)' },
      shop: { ...digits, title: 'Number of the shop that orders are uploaded to (shop_id)' },
      requestsPerMinute: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        title: 'Requests a minute, where another limit than 100 holds',
      },
    },
  },
  http: {
    baseUrl: '{config.url}',
    auth: {
      kind: 'signed-form',
      fields: { app_key: '{config.appKey}', access_token: '{token}', timestamp: '{seconds}', charset: 'utf-8' },
      signature: { field: 'sign', algorithm: 'md5', case: 'lower', text: '{secret}{fields}', secret: '{config.appSecret}' },
      tokens: {
        first: { method: 'POST', path: '/openWeb/auth/getInitToken', form: { grant_type: 'authorization_code', code: '{nonce}' } },
        refresh: {
          method: 'POST',
          path: '/openWeb/auth/refreshToken',
          form: { grant_type: 'refresh_token', refresh_token: '{refresh}', scope: 'all' },
        },
        access: 'data.access_token',
        next: 'data.refresh_token',
        lifeSeconds: 'data.expires_in',
        given: '{config.accessToken}',
      },
    },
    codec: { contentTypes: ['application/json', 'text/json'], nullLists: true },
    timeoutMs: 60_000,
    concurrency: 2,
    limit: ({ requestsPerMinute }) => limitOf(requestsPerMinute),
    faults,
  },
  check: ask('wms/partner/query', { page_index: 1, page_size: 1 }),
  streams: {
    orders,
    refunds,
    shipments,
    purchases,
    receipts,
    stock,
    products,
    'product-links': productLinks,
    suppliers,
    warehouses,
    'warehouse-links': warehouseLinks,
  },
  actions: { purchase, order, 'set-stock': setStock, send },
  webhook: {
    verify: { kind: 'address' },
    topic: { name: 'message', each: '', read: toldBy },
    topics: {
      orders: { stream: 'orders', carries: 'key', records: '' },
      refunds: { stream: 'refunds', carries: 'key', records: '' },
      shipments: { stream: 'shipments', carries: 'key', records: '' },
    },
    ack: { status: 200, contentType: 'application/json', body: '{"code":0}' },
  },
}

export default jushuitan
