import type { Connector } from '../../src/connector/types.ts'
import { cancelSale, changeSale, createSale } from './actions.ts'
import { decode } from './codec.ts'
import { currencies, locations, parties, partyLinks, prices, productLinks, products, stock, units } from './master.ts'
import { rpc } from './rpc.ts'
import { customerInvoices, invoices, orderResponses, purchases, receipts, returns, sales, shipments } from './trade.ts'

/** Tryton ERP 6.0 over JSON-RPC: the books of a buyer or of a seller. Proven against Debian's tryton-server 6.0.29. */
const tryton: Connector = {
  name: 'tryton',
  title: 'Tryton ERP',
  docs: 'https://docs.tryton.org/projects/server/en/6.0/topics/rpc.html',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'database', 'user', 'password', 'company', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the server' },
      database: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,62}$', title: 'Database' },
      user: { type: 'string', minLength: 1, title: 'Login name' },
      password: { type: 'string', minLength: 1, title: 'Password', writeOnly: true },
      company: { type: 'integer', minimum: 1, title: 'Id of the company' },
      timeZone: { type: 'string', title: 'Time zone of the company (IANA name)' },
      currency: {
        type: 'string',
        pattern: '^[A-Z]{3}$',
        title: "The company's currency (ISO 4217): the stream prices makes price lists only when it is given",
      },
      stockLocation: { type: 'integer', minimum: 1, title: 'Id of the location whose stock is read' },
      quarantine: { type: 'string', title: 'Code of the location for goods received broken' },
      customerParty: { type: 'integer', minimum: 1, title: 'Id of the party that shop sales are booked on' },
      customerAddress: { type: 'integer', minimum: 1, title: 'Id of the address of that party' },
    },
  },
  http: {
    baseUrl: '{config.url}',
    auth: {
      kind: 'session',
      login: {
        method: 'POST',
        path: '/{config.database}/',
        name: 'common.db.login',
        json: { id: 1, method: 'common.db.login', params: ['{config.user}', { password: '{config.password}' }, 'en'] },
      },
      headers: (login, config) => {
        const [user, token] = (login as { result: readonly [number, string] }).result
        return { authorization: `Session ${Buffer.from(`${String(config.user)}:${user}:${token}`).toString('base64')}` }
      },
    },
    codec: { contentTypes: ['application/json'], decode },
    timeoutMs: 30_000,
    concurrency: 8,
    faults: [
      { path: 'error.0', in: ['ConcurrencyException'], then: 'retry', code: 'concurrency' },
      { path: 'error', not: [], then: 'reject', code: 'user-error', message: 'error' },
    ],
  },
  check: rpc('model.res.user.get_preferences', [true]),
  streams: {
    currencies,
    units,
    locations,
    parties,
    'party-links': partyLinks,
    products,
    'product-links': productLinks,
    prices,
    stock,
    purchases,
    receipts,
    shipments,
    returns,
    invoices,
    'customer-invoices': customerInvoices,
    sales,
    'order-responses': orderResponses,
  },
  actions: {
    sale: {
      kind: 'command',
      title: 'Customer order as a sale',
      document: 'sales-order',
      create: createSale('tryton/sale', true),
      change: changeSale('tryton/sale', true),
      cancel: cancelSale('tryton/sale'),
    },
    'purchase-as-sale': {
      kind: 'command',
      title: "Buyer's purchase order as a sale in the seller's books",
      document: 'purchase-order',
      create: createSale('tryton/purchase-as-sale', false),
      change: changeSale('tryton/purchase-as-sale', false),
      cancel: cancelSale('tryton/purchase-as-sale'),
    },
    inventory: {
      kind: 'state',
      title: 'Counted stock of one product at one location',
      document: 'stock-level',
      mapping: 'tryton/inventory',
      input: {
        type: 'object',
        additionalProperties: false,
        required: ['product', 'location', 'quantity'],
        properties: { product: { type: 'integer' }, location: { type: 'integer' }, quantity: { type: 'object' } },
      },
      call: rpc('model.stock.inventory.create', [
        [
          {
            company: '{config.company}',
            location: '{input.location}',
            empty_quantity: 'keep',
            lines: [['create', [{ product: '{input.product}', quantity: '{input.quantity}' }]]],
          },
        ],
      ]),
      key: 'result.0',
      then: [rpc('model.stock.inventory.confirm', [['{key|integer}']])],
      once: { kind: 'natural', why: 'an inventory sets the counted quantity; a second one of the same count moves nothing' },
    },
  },
}

export default tryton
