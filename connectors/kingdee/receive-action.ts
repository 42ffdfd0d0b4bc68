import type { Arrange, CommandAction } from '../../src/connector/types.ts'
import { isObject, type Json, type JsonObject } from '../../src/model/json.ts'
import { query } from './query.ts'
import { audited, byNumber, save, savedKey } from './steps.ts'
import { receipts } from './trade.ts'

const form = 'STK_InStock'
const text = { type: 'string', minLength: 1 }

/**
 * Lines tied to those of the order, as a push (下推) by the rule of that name ties them, but with the quantities that came. A material that the order has twice is told by the row's own key. Undefined
 * where a line has no row of its own.
 */
export const arrangeReceipt: Arrange = (input, before) => {
  const rows = (Array.isArray(before) ? before : []).filter((row: Json) => Array.isArray(row)) as readonly (readonly Json[])[]
  const lines = (Array.isArray(input.lines) ? input.lines : []).filter((line: Json) => isObject(line)) as readonly JsonObject[]
  const entries: Json[] = []
  for (const { material, unit, quantity, warehouse, orderLine } of lines) {
    const ofMaterial = rows.filter((row) => row[3] === material)
    const [row, ...others] = ofMaterial.length > 1 ? ofMaterial.filter((one) => String(one[2]) === orderLine) : ofMaterial
    if (row === undefined || others.length > 0) return undefined
    const [, number = null, line = null, , bill = null] = row
    entries.push({
      FMaterialId: { FNumber: material ?? null },
      FUnitID: { FNumber: unit ?? null },
      FRealQty: quantity ?? null,
      FStockId: { FNumber: warehouse ?? null },
      FSRCBILLTYPEID: 'PUR_PurchaseOrder',
      FSRCBillNo: number,
      FPOOrderNo: number,
      FPOORDERENTRYID: line,
      FInStockEntry_Link: [
        {
          FInStockEntry_Link_FRuleId: 'PUR_PurchaseOrder-STK_InStock',
          FInStockEntry_Link_FSTableName: 't_PUR_POOrderEntry',
          FInStockEntry_Link_FSBillId: bill,
          FInStockEntry_Link_FSId: line,
        },
      ],
    })
  }
  return entries
}

const { records: _, ...whole } = receipts.byKey ?? { records: '', path: '' }

export const receive: CommandAction = {
  kind: 'command',
  title: 'Goods received for a purchase order, audited',
  document: 'goods-receipt',
  create: {
    mapping: 'kingdee/receive',
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['number', 'order', 'supplier', 'date', 'lines'],
      properties: {
        number: { ...text, maxLength: 30 },
        order: text,
        supplier: text,
        date: text,
        lines: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['material', 'unit', 'quantity', 'warehouse'],
            properties: { material: text, unit: text, quantity: { type: 'number' }, warehouse: text, orderLine: text },
          },
        },
      },
    },
    requires: {
      call: query({
        form: 'PUR_PurchaseOrder',
        fields: ['FDocumentStatus', 'FBillNo', 'FPOOrderEntry_FEntryID', 'FMaterialId.FNumber', 'FID'],
        filter: ["FBillNo='{input.order|quoted}'"],
        order: 'FPOOrderEntry_FEntryID',
        limit: 10_000,
      }),
      path: '0.0',
      in: ['C'],
      arrange: arrangeReceipt,
    },
    call: save(form, {
      FID: 0,
      FBillNo: '{input.number}',
      FBillTypeID: { FNUMBER: 'RKD01_SYS' },
      FDate: '{input.date}',
      FStockOrgId: { FNumber: '{config.organisation}' },
      FPurchaseOrgId: { FNumber: '{config.organisation}' },
      FSupplierId: { FNumber: '{input.supplier}' },
      FOwnerTypeIdHead: 'BD_OwnerOrg',
      FOwnerIdHead: { FNumber: '{config.organisation}' },
      FInStockEntry: '{arranged}',
    }),
    key: savedKey,
    once: byNumber(form, 'FStockOrgId'),
    then: audited(form),
    read: { call: whole, record: '', stream: 'receipts' },
  },
}
