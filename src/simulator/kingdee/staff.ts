import type { Account, Bill } from './account.ts'
import { step } from './operations.ts'
import { save } from './save.ts'

export interface StaffLine {
  readonly material: string
  readonly quantity: number
  /** with tax */
  readonly price?: number
  readonly note?: string
}

/** What people do at the screen. Numbers, not ids, name masters; ids name bills. */
export interface Staff {
  addWarehouse(number: string, name: string): void
  addSupplier(made: { readonly number: string; readonly name: string; readonly taxId?: string; readonly phone?: string }): void
  addCustomer(number: string, name: string): void
  addMaterial(made: {
    readonly number: string
    readonly name: string
    readonly unit?: string
    readonly barcode?: string
    readonly stock?: number
  }): void
  forbid(form: 'BD_Supplier' | 'BD_MATERIAL' | 'BD_STOCK', number: string): void
  /** an audited purchase order */
  purchase(supplier: string, lines: readonly StaffLine[]): Bill
  /** an audited receipt of some lines of an order, by their places */
  receive(order: number, lines: readonly { readonly line: number; readonly quantity: number }[]): Bill
  /** an audited delivery of some lines of a sale order, by their places */
  ship(order: number, lines: readonly { readonly line: number; readonly quantity: number }[], tracking?: string): Bill
  /** an audited payable for all lines of a purchase order */
  bill(order: number): Bill
  step(operation: 'Submit' | 'Audit' | 'UnAudit' | 'Cancel' | 'BillClose', form: string, id: number): Bill
  /** another row of stock: a lot, another status or owner */
  shelve(material: string, quantity: number, row: { readonly status?: string; readonly owner?: string }): void
  note(form: string, id: number, line: number, text: string): void
  remove(form: string, id: number): void
}

const warehouse = 'CK001'

export function createStaff(account: Account): Staff {
  const number = (value: string) => ({ FNumber: value })
  const ours = () => number(account.organisation)
  const audited = (form: string, bill: Bill): Bill => {
    step(account, 'Submit', form, bill.id)
    return step(account, 'Audit', form, bill.id)
  }
  const master = (form: string, values: Bill['head']): void => {
    const id = account.nextId()
    account.bills(form).set(id, {
      id,
      entries: [],
      head: {
        FModifyDate: account.now(),
        FApproveDate: account.now(),
        FDocumentStatus: 'C',
        FForbidStatus: 'A',
        'FUseOrgId.FNumber': account.organisation,
        ...values,
      },
    })
  }
  const today = () => `${account.now().slice(0, 10)}T00:00:00`
  const day = (days: number) =>
    new Date(Date.parse(`${account.now().slice(0, 10)}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 19)
  return {
    addWarehouse: (FNumber, FName) => master('BD_STOCK', { FNumber, FName }),
    addSupplier: ({ number: FNumber, name: FName, taxId = '', phone = '' }) =>
      master('BD_Supplier', { FNumber, FName, FSOCIALCRECODE: taxId, FTel: phone }),
    addCustomer: (FNumber, FName) => master('BD_Customer', { FNumber, FName }),
    addMaterial: ({ number: FNumber, name: FName, unit = 'Pcs', barcode = '', stock = 0 }) => {
      master('BD_MATERIAL', { FNumber, FName, FBARCODE: barcode, 'FBaseUnitId.FNumber': unit, FErpClsID: '1' })
      if (stock > 0) account.move(warehouse, FNumber, stock)
    },
    forbid: (form, FNumber) => {
      for (const { head } of account.bills(form).values())
        if (head.FNumber === FNumber) Object.assign(head, { FForbidStatus: 'B', FForbidDate: account.now() })
    },
    purchase: (supplier, lines) =>
      audited(
        'PUR_PurchaseOrder',
        save(account, 'PUR_PurchaseOrder', {
          FBillTypeID: number('CGDD01_SYS'),
          FDate: today(),
          FPurchaseOrgId: ours(),
          FSupplierId: number(supplier),
          FPOOrderFinance: { FSettleCurrId: number('PRE001'), FIsIncludedTax: true },
          FPOOrderEntry: lines.map(({ material, quantity, price = 0, note }) => ({
            FMaterialId: number(material),
            FUnitId: number('Pcs'),
            FQty: quantity,
            FTaxPrice: price,
            FEntryTaxRate: 13,
            FDeliveryDate: day(7),
            FMRPTerminateStatus: 'A',
            FMRPCloseStatus: 'A',
            ...(note === undefined ? {} : { FEntryNote: note }),
          })),
        }),
      ),
    receive: (order, lines) => {
      const { head, entries } = account.bill('PUR_PurchaseOrder', order)
      return audited(
        'STK_InStock',
        save(account, 'STK_InStock', {
          FBillTypeID: number('RKD01_SYS'),
          FDate: today(),
          FStockOrgId: ours(),
          FSupplierId: number(String(head['FSupplierId.FNumber'])),
          FInStockEntry: lines.map(({ line, quantity }) => ({
            FMaterialId: number(String(entries[line]?.values['FMaterialId.FNumber'])),
            FUnitID: number('Pcs'),
            FRealQty: quantity,
            FStockId: number(warehouse),
            FSRCBILLTYPEID: 'PUR_PurchaseOrder',
            FSRCBillNo: head.FBillNo ?? null,
            FPOOrderNo: head.FBillNo ?? null,
            FPOORDERENTRYID: entries[line]?.id ?? null,
          })),
        }),
      )
    },
    ship: (order, lines, tracking = '') => {
      const { head, entries } = account.bill('SAL_SaleOrder', order)
      return audited(
        'SAL_OUTSTOCK',
        save(account, 'SAL_OUTSTOCK', {
          FDate: today(),
          FStockOrgId: ours(),
          FCarriageNO: tracking,
          FEntity: lines.map(({ line, quantity }) => ({
            FMaterialID: number(String(entries[line]?.values['FMaterialId.FNumber'])),
            FUnitID: number('Pcs'),
            FRealQty: quantity,
            FStockID: number(warehouse),
            FSoorDerno: head.FBillNo ?? null,
            FSOEntryId: entries[line]?.id ?? null,
          })),
        }),
      )
    },
    bill: (order) => {
      const { head, entries } = account.bill('PUR_PurchaseOrder', order)
      return audited(
        'AP_Payable',
        save(account, 'AP_Payable', {
          FDATE: today(),
          FENDDATE_H: day(30),
          FSETTLEORGID: ours(),
          FSUPPLIERID: number(String(head['FSupplierId.FNumber'])),
          'FSUPPLIERID.FName': head['FSupplierId.FName'] ?? null,
          FCURRENCYID: number('PRE001'),
          FALLAMOUNTFOR: head.FBillAllAmount ?? 0,
          FEntityDetail: entries.map(({ values }) => ({
            FMATERIALID: number(String(values['FMaterialId.FNumber'])),
            'FMATERIALID.FName': values['FMaterialId.FName'] ?? null,
            FPRICEUNITID: number('Pcs'),
            FPriceQty: values.FQty ?? 0,
            FTaxPrice: values.FTaxPrice ?? 0,
            FEntryTaxRate: values.FEntryTaxRate ?? 0,
            FTAXAMOUNTFOR_D: values.FEntryTaxAmount ?? 0,
            FALLAMOUNTFOR_D: values.FAllAmount ?? 0,
            FORDERNUMBER: head.FBillNo ?? null,
          })),
        }),
      )
    },
    step: (operation, form, id) => step(account, operation, form, id),
    shelve: (material, quantity, { status = 'KCZT01_SYS', owner = 'BD_OwnerOrg' }) => {
      account.move(warehouse, material, 0)
      const table = account.bills('STK_Inventory')
      const like = [...table.values()].find(({ head }) => head['FMaterialId.FNumber'] === material)
      const id = account.nextId()
      table.set(id, {
        id,
        entries: [],
        head: {
          ...like?.head,
          FID: `${id.toString(16).padStart(8, '0')}-5c1e-4f3a-9a51-000000000000`,
          FBaseQty: quantity,
          'FStockStatusId.FNumber': status,
          FOwnerTypeId: owner,
        },
      })
    },
    note: (form, id, line, text) => {
      const bill = account.bill(form, id)
      const entry = bill.entries[line]
      if (entry !== undefined) entry.values.FEntryNote = text
      bill.head.FModifyDate = account.now()
    },
    remove: (form, id) => void account.bills(form).delete(id),
  }
}
