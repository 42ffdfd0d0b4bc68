import type { Command, CommandAction, Connector } from '../../connector/types.ts'
import { byFinding, saleAction, tinyErp, tinyMappings, tinyShop } from '../tiny-connectors.ts'

/** The small world of the crash harness: a shop that sends signed webhooks and can be polled, an ERP, a bank and a post, each with another once-rule. */

const { orders, items } = tinyShop.streams
if (orders === undefined || items === undefined || tinyShop.webhook === undefined)
  throw new Error('the tiny shop has orders, items and a webhook')

/** Few to a page, so that a list moves while it is read. */
export const pageSize = 5

export const crashShop: Connector = {
  ...tinyShop,
  name: 'crash-shop',
  http: { baseUrl: '{config.url}/shop', auth: { kind: 'none' } },
  streams: {
    items,
    orders: {
      ...orders,
      version: { kind: 'time', paths: ['at'], zone: null, granularityMs: 1 },
      call: { path: '/orders', query: { since: '{since}', page: '{page.number}', size: '{page.size}' } },
      page: { kind: 'number', first: 1, size: pageSize },
      cursor: { paths: ['at'], format: 'iso', zone: null, order: 'asc', lookbackMs: 100 },
    },
  },
  actions: {
    'set-stock': {
      kind: 'state',
      title: 'Stock',
      document: 'stock-level',
      mapping: 'crash/stock-out',
      input: {
        type: 'object',
        required: ['product', 'quantity'],
        properties: { product: { type: 'string' }, quantity: { type: 'number' } },
      },
      call: { method: 'PUT', path: '/stock/{input.product}', json: { quantity: '{input.quantity}' } },
      once: { kind: 'natural', why: 'it sets a figure' },
    },
  },
  webhook: {
    ...tinyShop.webhook,
    topic: { path: 'topic' },
    topics: { order: { stream: 'orders', carries: 'whole', records: 'order' } },
    eventId: { path: 'event', signed: true },
    maxBodyBytes: 1_000_000,
  },
}

/** Found at the partner after an unanswered try. */
export const crashErp: Connector = { ...tinyErp(saleFound()), name: 'crash-erp' }

function saleFound(): CommandAction {
  const sale = saleAction(byFinding, ['cancel'])
  const names = ['reference', 'rev', 'total', 'lines']
  const json = Object.fromEntries(names.map((name) => [name, `{input.${name}}`]))
  const input = {
    type: 'object',
    required: names,
    properties: { ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])), lines: { type: 'array' } },
  }
  const as = (command: Command): Command => ({ ...command, mapping: 'crash/sale', input, call: { ...command.call, json } })
  return { ...sale, create: as(sale.create), ...(sale.change === undefined ? {} : { change: as(sale.change) }) }
}

const one = (name: string, action: string, path: string, once: Command['once']): Connector => ({
  name,
  title: name,
  docs: 'https://tiny.example/crash',
  config: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  http: { baseUrl: '{config.url}', auth: { kind: 'none' } },
  check: { path: '/ping' },
  streams: {},
  actions: {
    [action]: {
      kind: 'command',
      title: action,
      document: 'sales-order',
      create: {
        mapping: 'crash/note',
        input: { type: 'object', required: ['reference'], properties: { reference: { type: 'string' } } },
        call: { method: 'POST', path, json: { reference: '{input.reference}' } },
        key: 'id',
        once,
      },
    },
  },
})

/** Takes an idempotency key. */
export const crashBank = one('crash-bank', 'book', '/bookings', { kind: 'header', name: 'Idempotency-Key' })
/** Offers no way to know. */
export const crashPost = one('crash-post', 'letter', '/letters', { kind: 'none', why: 'a letter cannot be looked up' })

export const crashConnectors: readonly Connector[] = [crashShop, crashErp, crashBank, crashPost]

const push = (name: string, fields: object): string =>
  JSON.stringify({ mapping: `crash.${name}`, version: '1.0.0', source: 'partner', target: 'hub', direction: 'push', push: fields })

/** Texts of the mappings by name. */
export const crashMappings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['tiny/order', 'tiny/item', 'tiny/article', 'tiny/stock-in'].map((name) => [name, tinyMappings[name] ?? ''])),
  'crash/stock-out': push('stock-out', {
    product: { from: 'product.ref', link: 'product' },
    quantity: { from: 'pushable', convert: 'number' },
  }),
  'crash/note': push('note', { reference: 'key' }),
  'crash/sale': push('sale', {
    reference: 'key',
    rev: 'note',
    total: 'totals.grandTotal',
    lines: {
      each: 'lines',
      key: 'number',
      fields: { number: 'number', article: { from: 'product.ref', link: 'product' }, quantity: 'quantity' },
    },
  }),
}
