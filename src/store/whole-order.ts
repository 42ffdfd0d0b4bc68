import { askTogether, part } from './ask-together.ts'
import type { Reader } from './in-list.ts'

/** Rows of each kind, at most. */
export const mostOfOrder = 500
const limit = mostOfOrder
const mine = { tenant: 'tenant', type: 'type', key: 'key' }
const named = ['from_type', 'from_key', 'path', 'to_type', 'to_key'] as const

const ask = askTogether({
  sale: part(
    'sale',
    { tenant: 'tenant', key: 'key' },
    ['key', 'origin', 'channel', 'client_source', 'placed_via', 'customer', 'holds'],
    ['placed_at', 'updated_at'],
  ),
  state: part(
    'order_state',
    mine,
    ['number', 'status', 'currency', 'business_date', 'payment', 'fulfilment'],
    ['grand_total', 'paid', 'refunded'],
  ),
  document: part('document', mine, ['type', 'key', 'body']),
  funds: part(
    'deposit_order',
    { tenant: 'tenant', key: 'key' },
    ['party', 'currency', 'why'],
    ['need', 'frozen', 'captured', 'refunded', 'given'],
  ),
  lines: part('order_line', mine, ['line', 'number', 'product'], ['quantity', 'cancelled', 'shipped', 'restocked', 'open'], {
    by: ['line'],
    limit,
  }),
  // to other orders: what else it names is not shown
  outward: part('reference', { tenant: 'tenant', from_type: 'type', from_key: 'key', to_type: 'type' }, named),
  inward: part('reference', { tenant: 'tenant', to_type: 'type', to_key: 'key' }, named),
  links: part('link', mine, ['connection', 'external_key'], [], { by: ['connection', 'external_key'], limit }),
  findings: part('finding', { ...mine, state: 'open' }, ['type', 'key', 'code', 'path', 'detail', 'state'], ['opened_at'], {
    by: ['code', 'path'],
    limit,
  }),
  deliveries: part(
    'delivery',
    mine,
    ['id', 'type', 'key', 'route', 'connection', 'op', 'state', 'reason', 'partner_key'],
    ['created_at', 'settled_at'],
    { by: ['id'], limit },
  ),
  journal: part('journal', mine, ['type', 'key', 'kind', 'detail', 'actor', 'why'], ['at', 'version'], { by: ['id'], limit }),
})

/** A sales order, what is derived of it, and what stands beside it in tables that need only its key. No `sale` and no `state` of one that is not there. */
export const wholeOrder = (read: Reader, tenant: string, key: string) => ask(read, { tenant, type: 'sales-order', key, open: 'open' })
