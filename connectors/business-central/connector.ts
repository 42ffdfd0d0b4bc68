import type { Connector } from '../../src/connector/types.ts'
import { createPurchase, createSale, receiveAndInvoice } from './actions.ts'
import { purchaseInvoices, purchaseOrders, purchaseReceipts, salesOrders, salesShipments } from './documents.ts'
import { customers, items, locations, stock, vendorPayments, vendors } from './master.ts'
import { subscriptions, told, topic } from './odata.ts'

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
      timeZone: { type: 'string', title: 'Time zone of the company (IANA name)' },
      currency: { type: 'string', pattern: '^[A-Z]{3}$', title: 'Local currency of the company: payments tell none' },
    },
  },
  http: {
    baseUrl: '{config.url}/v2.0/{config.tenant}/{config.environment}/api/v2.0',
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
      'An order that the hub makes begins with a comment line of its reference, and its lines have our line number as second description. Sales orders carry the reference as external document number.',
    ],
    permissions: [
      'D365 BUS FULL ACCESS, or sets of your own that read the documents and articles above, make and change orders, and post receipts',
    ],
  },
  check: { path: '/companies({config.company})', query: { $select: 'id,name' } },
  streams: {
    'purchase-orders': purchaseOrders,
    'purchase-receipts': purchaseReceipts,
    'purchase-invoices': purchaseInvoices,
    'sales-orders': salesOrders,
    'sales-shipments': salesShipments,
    'vendor-payments': vendorPayments,
    items,
    stock,
    vendors,
    customers,
    locations,
  },
  actions: { 'create-purchase': createPurchase, 'create-sale': createSale, 'receive-and-invoice': receiveAndInvoice },
  webhook: {
    verify: { kind: 'repeated', each: 'value', path: 'clientState', secret: '{config.webhookSecret}' },
    topic: { name: 'notifications', each: 'value', read: told },
    // of the sets above only these are told of (dynamics-subscriptions.md, list of supported entities): the others are polled
    topics: {
      salesOrders: topic('sales-orders', 'salesOrders'),
      purchaseInvoices: topic('purchase-invoices', 'purchaseInvoices'),
      items: topic('items', 'items'),
      vendors: topic('vendors', 'vendors'),
      customers: topic('customers', 'customers'),
    },
    handshake: { query: 'validationToken' },
    ack: { status: 200 },
    subscription: subscriptions,
  },
}

export default businessCentral
