import type { JsonObject } from '../../model/json.ts'

const text = { type: 'string' }
const filled = { type: 'string', minLength: 1 }
const item = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'sku', 'price', 'quantity'],
  properties: {
    id: { type: 'integer' },
    sku: filled,
    price: { type: 'string', format: 'decimal', 'x-scale': 3 },
    quantity: { type: 'integer' },
  },
}

/** What the shop of the page sends. */
export const shopOrder: JsonObject = {
  $id: 'shop/order@1',
  type: 'object',
  additionalProperties: false,
  required: ['id', 'status', 'currency', 'created_at', 'total', 'items'],
  properties: {
    id: { type: 'integer' },
    name: filled,
    status: { enum: ['pending', 'paid', 'void'] },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    created_at: { type: 'string', format: 'date-time' },
    total: { type: 'string', format: 'decimal', 'x-scale': 2 },
    channel: text,
    note: { type: ['string', 'null'] },
    customer: { type: 'object', additionalProperties: false, properties: { email: text } },
    items: { type: 'array', items: item },
    meta: { type: 'object', properties: { campaign: text } },
  },
}

/** What the hub of the page keeps. */
export const hubOrder: JsonObject = {
  $id: 'hub/order@1',
  type: 'object',
  additionalProperties: false,
  required: ['number'],
  properties: {
    number: filled,
    status: { enum: ['open', 'closed', 'cancelled'] },
    placedAt: { type: 'string', format: 'date-time' },
    date: { type: 'string', format: 'date' },
    currency: text,
    total: { type: 'string', format: 'decimal', 'x-scale': 2 },
    channel: text,
    note: text,
    customer: { type: 'object', additionalProperties: false, properties: { email: text } },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: { key: text, sku: text, quantity: { type: 'string', format: 'decimal' } },
      },
    },
  },
}
