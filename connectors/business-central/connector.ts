import type { Connector } from '../../src/connector/types.ts'
import {
  orderResponses,
  purchaseInvoices,
  purchaseOrders,
  purchaseReceipts,
  putAside,
  returns,
  sales,
  salesOrders,
  salesShipments,
} from './documents.ts'
import {
  companyInformation,
  customerLinks,
  customers,
  itemLinks,
  items,
  itemsWithUnits,
  locations,
  stock,
  stockAtLocation,
  vendorPayments,
  vendors,
  vendorsByNumber,
} from './master.ts'
import { subscriptions, told, topic } from './odata.ts'
import { createPurchase, createSale, purchaseAsSale } from './order-actions.ts'
import { receiveAndInvoice } from './receive-action.ts'
import { shopSale } from './shop-sale.ts'

const secret = { type: 'string', minLength: 8, writeOnly: true }
const guid = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

/** Microsoft Dynamics 365 Business Central, API v2.0: one company of one environment is one connection. */
const businessCentral: Connector = {
  name: 'business-central',
  title: 'Dynamics 365 Business Central',
  docs: 'https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/api-reference/v2.0/',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'login', 'tenant', 'environment', 'company', 'clientId', 'clientSecret', 'location', 'timeZone', 'currency'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the service: https://api.businesscentral.dynamics.com' },
      login: { type: 'string', format: 'uri', title: 'Where tokens are given: https://login.microsoftonline.com' },
      tenant: { type: 'string', minLength: 1, title: 'Entra tenant: its id or its domain' },
      environment: { type: 'string', minLength: 1, title: 'Environment: production, sandbox, …' },
      company: { type: 'string', pattern: guid, title: 'Id of the company (GET …/companies)' },
      clientId: { type: 'string', minLength: 8, title: 'Application (client) id of the app registration' },
      clientSecret: { ...secret, title: 'Secret of the app registration' },
      webhookSecret: {
        ...secret,
        maxLength: 2048,
        title: 'A random text of ours that every notification repeats (old and new, separated by a space, while it is changed)',
      },
      location: {
        type: 'string',
        pattern: guid,
        title: 'Id of the location whose goods these are: receipts, shipments and stock tell none',
      },
      locationCode: { type: 'string', minLength: 1, maxLength: 10, title: 'Code of that location, for stock by location' },
      customer: { type: 'string', pattern: guid, title: 'Id of the customer that orders of shops are booked on' },
      chargeItem: {
        type: 'string',
        minLength: 1,
        maxLength: 20,
        title: 'Number of the item (a service) that freight and fees of shop orders are sold as',
      },
      timeZone: { type: 'string', title: 'Time zone of the company (IANA name)' },
      currency: { type: 'string', pattern: '^[A-Z]{3}$', title: 'Local currency of the company: payments tell none' },
    },
  },
  http: {
    baseUrl: '{config.url}/v2.0/{config.tenant}/{config.environment}',
    auth: {
      kind: 'oauth2',
      tokenUrl: '{config.login}/{config.tenant}/oauth2/v2.0/token',
      clientId: '{config.clientId}',
      clientSecret: '{config.clientSecret}',
      client: 'form',
      scope: 'https://api.businesscentral.dynamics.com/.default',
    },
    headers: { 'accept-language': 'en-US' },
    timeoutMs: 120_000,
    // administration/operational-limits-online.md, of one user: 6,000 requests in five minutes, 5 at once
    concurrency: 5,
    limit: { requests: 6000, perMs: 300_000 },
    faults: [
      {
        status: [400, 409, 412],
        path: 'error.code',
        in: ['Request_EntityChanged'],
        then: 'retry',
        code: 'stale',
        message: 'error.message',
      },
    ],
  },
  setup: {
    credentials: [
      'Register an app in Entra (App registrations), give it the application permission `API.ReadWrite.All` of Dynamics 365 Business Central with admin consent, and make a client secret: `clientId`, `clientSecret`.',
      'In Business Central, page Microsoft Entra Applications: enter the client id, state Enabled, and give it the permission sets below for the company.',
      'Put a random text of at least 32 characters into `webhookSecret`: it is the clientState that every notification repeats.',
      'The hub subscribes by itself where it knows its public address. Business Central ends a subscription when it is answered with an error that is none of 408, 429 and 5xx: let the hub answer it directly.',
      'A purchase order that the hub makes begins with a comment line of its reference, and its lines have our line number as second description. Sales orders carry the reference as external document number.',
      'A sales order of a shop begins with a comment of the buyer (second description NOTE; longer ones are cut to 100 characters) and ends with one for the tracking number (second description TRACKING): the warehouse writes it into its description before it posts.',
      'What a receipt brought broken is moved to another location (item reclassification journal), or written off, under the number of the receipt as document number: so the hub knows that it was not accepted.',
      "A seller refuses an order of a buyer's by quantities of 0 on its lines, and leaves it open; what it releases it accepts.",
      'For stock by location publish page 30 (Item Card) as the web service ItemCard, for units of articles page 5404 (Item Units of Measure) as ItemUnitsOfMeasure (page Web Services); both are read with the same credentials.',
    ],
    unproved: [
      'that the comment lines of an order stand in its posted shipment, and that a list of ItemCard takes Location_Filter as the single card does (published for one card only)',
      'names of the fields of page 5404',
      'from memory: what is undone of a receipt stands in it once more with a negative quantity, and in the item ledger under its number',
      'that an order may be deleted by the API in every status; where goods have moved it refuses',
      'that fields of the address to ship to are cleared by an empty text',
    ],
    permissions: [
      'D365 BUS FULL ACCESS, or sets of your own that read the documents and articles above, make and change orders, and post receipts',
    ],
  },
  check: { path: '/api/v2.0/companies({config.company})', query: { $select: 'id,name' } },
  streams: {
    'purchase-orders': purchaseOrders,
    'purchase-receipts': purchaseReceipts,
    'purchase-invoices': purchaseInvoices,
    'sales-orders': salesOrders,
    'sales-shipments': salesShipments,
    'vendor-payments': vendorPayments,
    'goods-put-aside': putAside,
    sales,
    'order-responses': orderResponses,
    returns,
    items,
    'items-with-units': itemsWithUnits,
    'item-links': itemLinks,
    stock,
    'stock-at-location': stockAtLocation,
    vendors,
    'vendors-by-number': vendorsByNumber,
    customers,
    'customer-links': customerLinks,
    'company-information': companyInformation,
    locations,
  },
  actions: {
    'create-purchase': createPurchase,
    'create-sale': createSale,
    'shop-sale': shopSale,
    'purchase-as-sale': purchaseAsSale,
    'receive-and-invoice': receiveAndInvoice,
  },
  webhook: {
    verify: { kind: 'repeated', each: 'value', path: 'clientState', secret: '{config.webhookSecret}' },
    topic: { name: 'notifications', each: 'value', read: told },
    // of the sets above only these are told of (dynamics-subscriptions.md, list of supported entities): the others are polled
    topics: {
      salesOrders: topic('sales-orders', 'salesOrders'),
      'salesOrders/sales': topic('sales', 'salesOrders'),
      'salesOrders/order-responses': topic('order-responses', 'salesOrders'),
      salesCreditMemos: topic('returns', 'salesCreditMemos'),
      purchaseInvoices: topic('purchase-invoices', 'purchaseInvoices'),
      items: topic('items', 'items'),
      'items/units': topic('items-with-units', 'items'),
      'items/links': topic('item-links', 'items'),
      vendors: topic('vendors', 'vendors'),
      'vendors/numbers': topic('vendors-by-number', 'vendors'),
      customers: topic('customers', 'customers'),
      'customers/links': topic('customer-links', 'customers'),
      companyInformation: topic('company-information', 'companyInformation'),
    },
    handshake: { query: 'validationToken' },
    ack: { status: 200 },
    subscription: subscriptions,
  },
}

export default businessCentral
