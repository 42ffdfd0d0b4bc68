import type { Child, Stream } from '../../src/connector/types.ts'
import { masters, named, one, ours, query } from './query.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const number = { type: ['number', 'null'] }

export const warehouses: Stream = {
  ...masters({
    title: 'Warehouses',
    form: 'BD_STOCK',
    id: 'FStockId',
    organisation: 'FUseOrgId',
    times: ['FApproveDate', 'FForbidDate'],
    fields: ['FName', 'FDocumentStatus', 'FForbidStatus'],
    schema: { FForbidStatus: text },
  }),
  parts: one('location', 'location', { identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] } }),
}

const supplier = {
  form: 'BD_Supplier',
  id: 'FSupplierId',
  organisation: 'FUseOrgId',
  times: ['FApproveDate', 'FForbidDate'],
  fields: ['FName', 'FDocumentStatus', 'FForbidStatus', 'FShortName', 'FSOCIALCRECODE', 'FTel', 'FAddress'],
  schema: { FForbidStatus: text, FShortName: maybe, FSOCIALCRECODE: maybe, FTel: maybe, FAddress: maybe },
}
const partyIdentifiers = [{ scheme: 'number', path: 'number' }]
export const suppliers: Stream = {
  ...masters({ ...supplier, title: 'Suppliers, of which Kingdee is the master' }),
  parts: one('party', 'supplier', { identity: { kind: 'master', key: 'number', identifiers: partyIdentifiers } }),
}

const customer = {
  form: 'BD_Customer',
  id: 'FCUSTID',
  organisation: 'FUseOrgId',
  times: ['FApproveDate', 'FForbidDate'],
  fields: ['FName', 'FDocumentStatus', 'FForbidStatus'],
  schema: { FForbidStatus: text },
  blindSpots: ['a customer and a supplier of one number are taken for one party'],
}
export const customers: Stream = {
  ...masters({ ...customer, title: 'Customers, of which Kingdee is the master' }),
  parts: one('party', 'customer', { identity: { kind: 'master', key: 'number', identifiers: partyIdentifiers } }),
}
export const customerLinks: Stream = {
  ...masters({ ...customer, title: 'Customers that another system is the master of: linked by number, others are set aside' }),
  parts: one('party', 'customer', { identity: { kind: 'mirror', identifiers: partyIdentifiers, foreign: 'ignore' } }),
}

const material = {
  form: 'BD_MATERIAL',
  id: 'FMATERIALID',
  organisation: 'FUseOrgId',
  times: ['FApproveDate', 'FForbidDate'],
  fields: ['FName', 'FDocumentStatus', 'FForbidStatus', 'FSpecification', 'FBARCODE', 'FBaseUnitId.FNumber', 'FErpClsID'],
  schema: { FForbidStatus: text, FSpecification: maybe, FBARCODE: maybe, FBaseUnitId_FNumber: text, FErpClsID: text },
}
const productIdentifiers = [{ scheme: 'sku', path: 'sku' }]
/** One of the first unit is numerator by denominator of the second, the base unit. */
const packFields = ['FMaterialId.FNumber', 'FCurrentUnitId.FNumber', 'FDestUnitId.FNumber', 'FConvertNumerator', 'FConvertDenominator']
const packs: Child = {
  name: 'packs',
  call: query({
    form: 'BD_MATERIALUNITCONVERT',
    fields: packFields,
    filter: [ours('FUseOrgId'), "FDocumentStatus='C'", "FForbidStatus='A'", "FMaterialId.FNumber in ('{keys|quoted}')"],
    order: 'FUNITCONVERTRATEID',
    limit: 10_000,
  }),
  records: '',
  columns: named(packFields),
  page: { kind: 'single' },
  batch: 100,
  parent: 'FMaterialId_FNumber',
  as: { kind: 'embed' },
}
export const products: Stream = {
  ...masters({
    ...material,
    title: 'Materials with their further units, of which Kingdee is the master',
    blindSpots: ['a conversion of units changed by itself'],
  }),
  children: [packs],
  parts: one('product', 'product', { identity: { kind: 'master', key: 'sku', identifiers: productIdentifiers } }),
}
export const productLinks: Stream = {
  ...masters({ ...material, title: 'Materials that another system is the master of: linked by number, others are set aside' }),
  parts: one('product', 'product', { identity: { kind: 'mirror', identifiers: productIdentifiers, foreign: 'ignore' } }),
}

const shelf = [
  'FMaterialId',
  'FID',
  'FMaterialId.FNumber',
  'FBaseUnitId.FNumber',
  'FBaseQty',
  'FStockId.FNumber',
  'FStockStatusId.FNumber',
  'FOwnerTypeId',
]
/** A row for each lot, owner and status: all of a material are one record. */
export const stock: Stream = {
  title: 'Stock of one warehouse: its rows by lot, owner and status, material by material',
  schema: {
    type: 'object',
    required: ['FMaterialId', 'FMaterialId_FNumber', 'FBaseUnitId_FNumber', 'lines'],
    properties: {
      FMaterialId: { type: 'integer' },
      FMaterialId_FNumber: { type: 'string', minLength: 1 },
      FBaseUnitId_FNumber: text,
      lines: {
        type: 'array',
        items: {
          type: 'object',
          required: ['FID', 'FBaseQty', 'FStockStatusId_FNumber', 'FOwnerTypeId'],
          properties: { FID: text, FBaseQty: number, FStockStatusId_FNumber: text, FOwnerTypeId: text },
        },
      },
    },
  },
  key: 'FMaterialId',
  version: { kind: 'read' },
  columns: named(shelf),
  group: 'lines',
  call: query({
    form: 'STK_Inventory',
    fields: shelf,
    filter: [
      ours('FStockOrgId'),
      "FStockId.FNumber='{config.warehouse|quoted}'",
      "(FMaterialId>{page.after} or (FMaterialId={page.after} and FID>'{page.afterRow|quoted}'))",
    ],
    order: 'FMaterialId,FID',
    limit: '{page.size}',
  }),
  records: '',
  page: { kind: 'keyset', size: 2000, key: 'FMaterialId', rowKey: 'FID', first: { after: '0', afterRow: '' } },
  cursor: null,
  parts: one('stock-level', 'stock-level', { mode: 'snapshot', identity: { kind: 'stock' }, measure: 'onHand' }),
  blindSpots: ['goods of suppliers and customers that lie in the warehouse are not counted'],
}
