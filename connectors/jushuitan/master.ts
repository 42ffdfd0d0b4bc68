import type { Stream } from '../../src/connector/types.ts'
import { changed, complete, counted, one, part } from './ask.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const whole = { type: 'integer' }
const maybeWhole = { type: ['integer', 'null'] }

/** 商品编码 can be changed: then it is another article. */
const skus: Omit<Stream, 'title' | 'parts'> = {
  schema: {
    type: 'object',
    required: ['sku_id', 'name', 'modified'],
    properties: {
      sku_id: { ...text, minLength: 1 },
      name: text,
      modified: text,
      enabled: maybeWhole,
      sku_type: maybe,
      unit: maybe,
      sku_code: maybe,
      brand: maybe,
      category: maybe,
    },
  },
  key: 'sku_id',
  ...changed('sku/query', 50, 7),
  records: 'data.datas',
  byKey: one('sku/query', { sku_ids: '{key}' }),
  blindSpots: ['articles that are deleted, or whose code is changed'],
}
const skuIdentifiers = [{ scheme: 'sku', path: 'sku' }]
export const products: Stream = {
  ...skus,
  title: 'Articles, of which Jushuitan is the master',
  parts: [part('product', 'product', { identity: { kind: 'master', key: 'sku', identifiers: skuIdentifiers } })],
}
export const productLinks: Stream = {
  ...skus,
  title: 'Articles that another system is the master of: linked by code, others are set aside',
  parts: [part('product', 'product', { identity: { kind: 'mirror', identifiers: skuIdentifiers, foreign: 'ignore' } })],
}

export const suppliers: Stream = {
  title: 'Suppliers',
  schema: {
    type: 'object',
    required: ['supplier_id', 'name', 'modified'],
    properties: { supplier_id: whole, supplier_code: maybe, name: text, modified: text, enabled: { type: ['boolean', 'null'] } },
  },
  key: 'supplier_id',
  ...changed('supplier/query', 500, 1),
  records: 'data.datas',
  byKey: one('supplier/query', { supplier_ids: ['{key|integer}'] }),
  parts: [part('party', 'supplier', { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } })],
  blindSpots: ['suppliers that are deleted'],
}

const places: Omit<Stream, 'title' | 'parts'> = {
  schema: {
    type: 'object',
    required: ['wms_co_id', 'name'],
    properties: { wms_co_id: whole, name: text, status: maybe, is_main: { type: ['boolean', 'null'] } },
  },
  key: 'wms_co_id',
  version: { kind: 'none' },
  ...complete('wms/partner/query', 50),
  records: 'data.datas',
  blindSpots: [],
}
export const warehouses: Stream = {
  ...places,
  title: 'Warehouses (仓储方), the main one among them',
  parts: [part('location', 'location', { identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] } })],
}
export const warehouseLinks: Stream = {
  ...places,
  title: 'Warehouses that another system is the master of: linked by a name that is the code there, others are set aside',
  parts: [
    part('location', 'location-link', {
      mode: 'merge',
      identity: { kind: 'mirror', identifiers: [{ scheme: 'code', path: 'code' }], foreign: 'ignore' },
    }),
  ],
}

/** Only figures that moved come, so one that is not told is what it was. */
export const stock: Stream = {
  title: 'Stock of one warehouse',
  schema: {
    type: 'object',
    required: ['sku_id', 'ts', 'modified', 'qty'],
    properties: { sku_id: { ...text, minLength: 1 }, ts: whole, qty: whole, order_lock: maybeWhole, modified: text },
  },
  key: 'sku_id',
  ...counted('inventory/query', 100, { wms_co_id: '{config.warehouse|integer}', ts: '{since}' }),
  records: 'data.inventorys',
  byKey: { ...one('inventory/query', { wms_co_id: '{config.warehouse|integer}', sku_ids: '{key}' }), records: 'data.inventorys' },
  parts: [part('stock-level', 'stock-level', { identity: { kind: 'stock' }, measure: 'onHand' })],
  blindSpots: ['goods in the warehouses for returns, arrivals and defects (销退仓, 进货仓, 次品仓) are not counted'],
}
