import type { Connector, FaultRule } from '../../src/connector/types.ts'
import { customerInvoices, invoices, receipts, returns, shipments } from './goods.ts'
import { bill, receive, ship } from './goods-actions.ts'
import { currencies, partnerLinks, partners, prices, productLinks, products, stock, units, warehouses } from './master.ts'
import { purchase, purchaseAsSale, sale } from './order-actions.ts'
import { orderResponses, purchaseLines, purchases, responseLines, saleOrderLines, saleOrders, sales } from './orders.ts'
import { decode, jsonRpc, rpc } from './rpc.ts'

const denied = ['odoo.exceptions.AccessDenied', 'odoo.http.SessionExpiredException', 'odoo.http.session.SessionExpiredException']
const busy = [
  'odoo.exceptions.LockError',
  'odoo.exceptions.ConcurrencyError',
  'psycopg2.errors.SerializationFailure',
  'psycopg2.errors.LockNotAvailable',
  'psycopg2.errors.DeadlockDetected',
  'psycopg2.OperationalError',
]
/** The call itself is wrong: a field or method this server does not have. Sent again it fails again. */
const wrong = ['builtins.ValueError', 'builtins.TypeError', 'builtins.KeyError', 'builtins.AttributeError']
const refused = ['UserError', 'ValidationError', 'AccessError', 'MissingError', 'RedirectWarning'].map((name) => `odoo.exceptions.${name}`)
/** Everything else in an answer without a fault of its own is the server's trouble: its transaction was rolled back. */
const faults = (name: string, message: string): readonly FaultRule[] => [
  { path: name, in: denied, then: 'reauth', code: 'access-denied', message },
  { path: name, in: busy, then: 'retry', code: 'concurrency', message },
  { path: name, in: wrong, then: 'reject', code: 'bad-call', message },
  { path: name, in: refused, then: 'reject', code: 'user-error', message },
]

/** Odoo 19 and later over JSON-2, Odoo 17 and 18 over JSON-RPC: the books of a buyer or of a seller. */
const odoo: Connector = {
  name: 'odoo',
  title: 'Odoo',
  docs: 'https://www.odoo.com/documentation/19.0/developer/reference/external_api.html',
  setup: {
    credentials: [
      'make a user for the hub, with the access rights below and no others',
      'as that user: Preferences, Account Security, New API Key; Odoo shows the key once and ends it after the time chosen there: put its end into a calendar',
      'on Odoo Online the API is part of the Custom plan only',
      '`database` is the name in the database manager: needed where one host has several, and always with `protocol` json-rpc',
    ],
    permissions: [
      'installed are Purchase, Sales, Inventory, Invoicing, and Delivery (`stock_delivery`), which has the carrier and tracking number of a transfer',
      'Purchase: User, for purchases and their lines; orders above an approval limit wait for somebody else',
      'Sales: User: All Documents, for sales and their lines',
      'Inventory: User, for warehouses, pickings and stock',
      'Invoicing: Billing, for invoices and bills',
      'Contact Creation is not needed: the hub makes no partners',
    ],
  },
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'apiKey', 'company', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the server' },
      apiKey: { type: 'string', minLength: 8, title: "API key of the hub's user", writeOnly: true },
      protocol: { enum: ['json-2', 'json-rpc'], title: 'json-2 (Odoo 19 and later, the default) or json-rpc (Odoo 17 and 18)' },
      database: { type: 'string', pattern: '^[\\w.-]{1,63}$', title: 'Database' },
      login: { type: 'string', minLength: 1, title: "Login name of the hub's user, for json-rpc" },
      company: { type: 'integer', minimum: 1, title: 'Id of the company' },
      timeZone: { type: 'string', title: 'Time zone of the company (IANA name)' },
      warehouse: { type: 'integer', minimum: 1, title: 'Id of the warehouse whose stock is read' },
      customer: { type: 'integer', minimum: 1, title: 'Id of the partner that shop sales are booked on' },
      chargeProduct: {
        type: 'integer',
        minimum: 1,
        title: 'Id of the product (a service) that freight and fees of shop orders are sold as',
      },
    },
    if: { required: ['protocol'], properties: { protocol: { const: 'json-rpc' } } },
    then: { required: ['database', 'login'], properties: { database: true, login: true } },
  },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'header', name: 'authorization', value: 'bearer {config.apiKey}' },
    headers: { 'x-odoo-database': '{config.database}' },
    codec: { contentTypes: ['application/json'], decode },
    timeoutMs: 60_000,
    concurrency: 2,
    faults: faults('name', 'message').map((rule) => ({ ...rule, status: [403, 404, 409, 422, 500] })),
    dialects: {
      field: 'protocol',
      of: {
        'json-rpc': {
          ...jsonRpc,
          faults: [
            ...faults('error.data.name', 'error.data.message'),
            { path: 'error', not: [], then: 'retry', code: 'server-error', message: 'error.data.message' },
          ],
        },
      },
    },
  },
  check: rpc('res.users', 'context_get'),
  streams: {
    currencies,
    units,
    warehouses,
    partners,
    'partner-links': partnerLinks,
    products,
    'product-links': productLinks,
    prices,
    stock,
    purchases,
    'purchase-lines': purchaseLines,
    receipts,
    'sale-orders': saleOrders,
    'sale-order-lines': saleOrderLines,
    shipments,
    returns,
    invoices,
    'customer-invoices': customerInvoices,
    sales,
    'order-responses': orderResponses,
    'response-lines': responseLines,
  },
  actions: { purchase, sale, 'purchase-as-sale': purchaseAsSale, receive, ship, bill },
}

export default odoo
