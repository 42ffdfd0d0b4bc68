/** The forms of the account: what their heads and lines are asked by. Decimals are told with ten places. */
export interface Form {
  /** what its own number is called */
  readonly id: string
  readonly head: readonly string[]
  readonly entry?: { readonly key: string; readonly fields: readonly string[] }
  /** the kind of number that a bill without one gets: CGDD000001 */
  readonly prefix?: string
}

const bill = ['FID', 'FBillNo', 'FDocumentStatus', 'FCancelStatus', 'FModifyDate', 'FApproveDate', 'FCancelDate', 'FBillTypeID.FNumber']
const order = [
  ...bill,
  'FDate',
  'FCloseStatus',
  'FCloseDate',
  'FSettleCurrId.FNumber',
  'FIsIncludedTax',
  'FBillAmount',
  'FBillTaxAmount',
  'FBillAllAmount',
]
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
const master = ['FNumber', 'FName', 'FModifyDate', 'FApproveDate', 'FForbidDate', 'FDocumentStatus', 'FForbidStatus', 'FUseOrgId.FNumber']

export const forms: Readonly<Record<string, Form>> = {
  BD_STOCK: { id: 'FStockId', head: ['FStockId', ...master] },
  BD_Customer: { id: 'FCUSTID', head: ['FCUSTID', ...master] },
  BD_Supplier: { id: 'FSupplierId', head: ['FSupplierId', ...master, 'FShortName', 'FSOCIALCRECODE', 'FTel', 'FAddress'] },
  BD_MATERIAL: {
    id: 'FMATERIALID',
    head: ['FMATERIALID', ...master, 'FSpecification', 'FBARCODE', 'FBaseUnitId.FNumber', 'FErpClsID'],
  },
  BD_MATERIALUNITCONVERT: {
    id: 'FUNITCONVERTRATEID',
    head: [
      'FUNITCONVERTRATEID',
      'FMaterialId',
      'FMaterialId.FNumber',
      'FCurrentUnitId.FNumber',
      'FDestUnitId.FNumber',
      'FConvertNumerator',
      'FConvertDenominator',
      'FUseOrgId.FNumber',
      'FDocumentStatus',
      'FForbidStatus',
    ],
  },
  STK_InvInit: {
    id: 'FID',
    prefix: 'CSKC',
    head: [...bill, 'FDate', 'FStockOrgId.FNumber'],
    entry: { key: 'FInvInitDetail', fields: ['FMaterialID.FNumber', 'FMaterialID.FName', 'FUnitID.FNumber', 'FQty', 'FStockId.FNumber'] },
  },
  STK_Inventory: {
    id: 'FID',
    head: [
      'FID',
      'FMaterialId',
      'FMaterialId.FNumber',
      'FBaseUnitId.FNumber',
      'FBaseQty',
      'FStockId.FNumber',
      'FStockOrgId.FNumber',
      'FStockStatusId.FNumber',
      'FOwnerTypeId',
    ],
  },
  PUR_PurchaseOrder: {
    id: 'FID',
    prefix: 'CGDD',
    head: [...order, 'FPurchaseOrgId.FNumber', 'FSupplierId.FNumber', 'FSupplierId.FName'],
    entry: { key: 'FPOOrderEntry', fields: [...priced, 'FMRPTerminateStatus', 'FMRPCloseStatus', 'FStockInQty'] },
  },
  SAL_SaleOrder: {
    id: 'FID',
    prefix: 'XSDD',
    head: [...order, 'FSaleOrgId.FNumber', 'FCustId.FNumber', 'FCustId.FName', 'FNote', 'FReceiveAddress'],
    entry: { key: 'FSaleOrderEntry', fields: [...priced, 'FStockOutQty'] },
  },
  STK_InStock: {
    id: 'FID',
    prefix: 'CGRK',
    head: [
      ...bill,
      'FDate',
      'FStockOrgId.FNumber',
      'FPurchaseOrgId.FNumber',
      'FSupplierId.FNumber',
      'FSupplierId.FName',
      'FDeliveryBill',
      'FOwnerTypeIdHead',
      'FOwnerIdHead.FNumber',
    ],
    entry: {
      key: 'FInStockEntry',
      fields: [
        'FMaterialId.FNumber',
        'FMaterialId.FName',
        'FUnitID.FNumber',
        'FRealQty',
        'FStockId.FNumber',
        'FSRCBILLTYPEID',
        'FSRCBillNo',
        'FPOOrderNo',
        'FPOORDERENTRYID',
        'FInStockEntry_Link',
      ],
    },
  },
  SAL_OUTSTOCK: {
    id: 'FID',
    prefix: 'XSCKD',
    head: [...bill, 'FDate', 'FStockOrgId.FNumber', 'FCarrierID.FName', 'FCarriageNO'],
    entry: {
      key: 'FEntity',
      fields: ['FMaterialID.FNumber', 'FMaterialID.FName', 'FUnitID.FNumber', 'FRealQty', 'FStockID.FNumber', 'FSoorDerno', 'FSOEntryId'],
    },
  },
  SAL_RETURNSTOCK: {
    id: 'FID',
    prefix: 'XSTHD',
    head: [...bill, 'FDate', 'FStockOrgId.FNumber', 'FRetcustId.FNumber', 'FRetcustId.FName', 'FHeadNote'],
    entry: {
      key: 'FEntity',
      fields: ['FMaterialId.FNumber', 'FMaterialId.FName', 'FUnitID.FNumber', 'FRealQty', 'FStockId.FNumber', 'FOrderNo', 'FSOEntryId'],
    },
  },
  AP_Payable: {
    id: 'FID',
    prefix: 'AP',
    head: [
      ...bill,
      'FDATE',
      'FENDDATE_H',
      'FSETTLEORGID.FNumber',
      'FSUPPLIERID.FNumber',
      'FSUPPLIERID.FName',
      'FCURRENCYID.FNumber',
      'FALLAMOUNTFOR',
    ],
    entry: {
      key: 'FEntityDetail',
      fields: [
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
    },
  },
}

const decimals = /(Qty|Price|Amount|AMOUNTFOR|AMOUNTFOR_D|TaxRate|Numerator|Denominator)$/
export const isDecimal = (field: string): boolean => decimals.test(field)
