import type { Stream } from '../../src/connector/types.ts'
import { bills, one } from './query.ts'

const text = { type: 'string' }
const maybe = { type: ['string', 'null'] }
const money = { type: ['number', 'null'] }
/** Our line numbers stand in the notes of the lines. */
export const hubLines = (entry: string) => ({ each: 'lines', key: `${entry}_FEntryID`, number: 'FEntryNote' })

const priced = [
  'FMaterialId.FNumber',
  'FMaterialId.FName',
  'FUnitId.FNumber',
  'FQty',
  'FPrice',
  'FTaxPrice',
  'FEntryTaxRate',
  'FEntryTaxAmount',
  'FAmount',
  'FAllAmount',
  'FDeliveryDate',
  'FEntryNote',
]
const orderTimes = ['FApproveDate', 'FCancelDate', 'FCloseDate']
const orderSchema = {
  FDate: text,
  FCloseStatus: text,
  FCancelStatus: text,
  FSettleCurrId_FNumber: text,
  FIsIncludedTax: { type: 'boolean' },
  FBillAmount: money,
  FBillTaxAmount: money,
  FBillAllAmount: money,
}
const orderHead = [
  'FBillNo',
  'FDate',
  'FDocumentStatus',
  'FCloseStatus',
  'FCancelStatus',
  'FSettleCurrId.FNumber',
  'FIsIncludedTax',
  'FBillAmount',
  'FBillTaxAmount',
  'FBillAllAmount',
]

export const purchaseEntry = 'FPOOrderEntry'
export const purchases: Stream = {
  ...bills({
    title: 'Purchase orders; those that the hub made are known by their number',
    form: 'PUR_PurchaseOrder',
    entry: purchaseEntry,
    organisation: 'FPurchaseOrgId',
    times: orderTimes,
    fields: [...orderHead, 'FSupplierId.FNumber', 'FSupplierId.FName', ...priced, 'FMRPTerminateStatus', 'FMRPCloseStatus'],
    schema: { ...orderSchema, FSupplierId_FNumber: text },
  }),
  hubRef: { path: 'FBillNo', document: 'purchase-order', by: 'key' },
  hubLines: hubLines(purchaseEntry),
  parts: one('purchase-order', 'purchase'),
}

export const receipts: Stream = {
  ...bills({
    title: 'Goods received from suppliers; those that the hub made are known by their number',
    form: 'STK_InStock',
    entry: 'FInStockEntry',
    organisation: 'FStockOrgId',
    times: ['FApproveDate', 'FCancelDate'],
    fields: [
      'FBillNo',
      'FDate',
      'FDocumentStatus',
      'FCancelStatus',
      'FApproveDate',
      'FSupplierId.FNumber',
      'FSupplierId.FName',
      'FDeliveryBill',
      'FMaterialId.FNumber',
      'FMaterialId.FName',
      'FUnitID.FNumber',
      'FRealQty',
      'FStockId.FNumber',
      'FPOOrderNo',
      'FPOORDERENTRYID',
    ],
    schema: { FDate: text, FCancelStatus: text, FSupplierId_FNumber: text, FApproveDate: maybe },
  }),
  hubRef: { path: 'FBillNo', document: 'goods-receipt', by: 'key' },
  parts: one('goods-receipt', 'receipt'),
}

export const payables: Stream = {
  ...bills({
    title: "Payables: suppliers' invoices",
    form: 'AP_Payable',
    entry: 'FEntityDetail',
    organisation: 'FSETTLEORGID',
    times: ['FApproveDate'],
    fields: [
      'FBillNo',
      'FDATE',
      'FENDDATE_H',
      'FDocumentStatus',
      'FSUPPLIERID.FNumber',
      'FSUPPLIERID.FName',
      'FCURRENCYID.FNumber',
      'FALLAMOUNTFOR',
      'FMATERIALID.FNumber',
      'FMATERIALID.FName',
      'FPRICEUNITID.FNumber',
      'FPriceQty',
      'FTaxPrice',
      'FEntryTaxRate',
      'FTAXAMOUNTFOR_D',
      'FALLAMOUNTFOR_D',
      'FORDERNUMBER',
      'FOrderEntryID',
    ],
    schema: { FDATE: text, FENDDATE_H: maybe, FSUPPLIERID_FNumber: text, FCURRENCYID_FNumber: text, FALLAMOUNTFOR: money },
  }),
  parts: one('invoice', 'payable'),
}

export const saleEntry = 'FSaleOrderEntry'
const sale = {
  form: 'SAL_SaleOrder',
  entry: saleEntry,
  organisation: 'FSaleOrgId',
  times: orderTimes,
  fields: [...orderHead, 'FCustId.FNumber', 'FCustId.FName', ...priced],
  schema: { ...orderSchema, FCustId_FNumber: text },
}
/** Only orders that the hub brought here: people's own sales are nobody's business. */
export const sales: Stream = {
  ...bills({ ...sale, title: "Sale orders made from our orders, known by their number; people's own sales are set aside" }),
  hubRef: { path: 'FBillNo', document: 'sales-order', by: 'key' },
  hubLines: hubLines(saleEntry),
  parts: [{ document: 'sales-order', mode: 'replace', identity: { kind: 'mirror', identifiers: [], foreign: 'ignore' } }],
}
/** A key of ours has the connection before a slash, which no numbering rule writes. */
export const orderResponses: Stream = {
  ...bills({
    ...sale,
    title: "Sale orders that answer our purchase orders, known by their number (seller's books)",
    fields: [...sale.fields, 'FApproveDate'],
    only: "FBillNo like '%/%'",
    blindSpots: ["a sale of people's own whose number has a slash in it is taken for an answer"],
  }),
  hubRef: { path: 'FBillNo', document: 'purchase-order', by: 'key' },
  hubLines: hubLines(saleEntry),
  parts: one('order-response', 'order-response'),
}

export const shipments: Stream = {
  ...bills({
    title: 'Goods shipped to customers',
    form: 'SAL_OUTSTOCK',
    entry: 'FEntity',
    organisation: 'FStockOrgId',
    times: ['FApproveDate', 'FCancelDate'],
    fields: [
      'FBillNo',
      'FDate',
      'FDocumentStatus',
      'FCancelStatus',
      'FApproveDate',
      'FCarrierID.FName',
      'FCarriageNO',
      'FMaterialID.FNumber',
      'FMaterialID.FName',
      'FUnitID.FNumber',
      'FRealQty',
      'FStockID.FNumber',
      'FSoorDerno',
      'FSOEntryId',
    ],
    schema: { FDate: text, FCancelStatus: text, FApproveDate: maybe },
  }),
  parts: one('shipment', 'shipment'),
}

export const returns: Stream = {
  ...bills({
    title: 'Goods returned by customers',
    form: 'SAL_RETURNSTOCK',
    entry: 'FEntity',
    organisation: 'FStockOrgId',
    times: ['FApproveDate', 'FCancelDate'],
    fields: [
      'FBillNo',
      'FDate',
      'FDocumentStatus',
      'FCancelStatus',
      'FApproveDate',
      'FMaterialId.FNumber',
      'FMaterialId.FName',
      'FUnitID.FNumber',
      'FRealQty',
      'FStockId.FNumber',
      'FOrderNo',
      'FSOEntryId',
    ],
    schema: { FDate: text, FCancelStatus: text, FApproveDate: maybe },
  }),
  parts: one('shipment', 'return', { key: 'return/{key}' }),
}
