import type { Account, Bill } from './account.ts'
import { step } from './operations.ts'
import { cents, save } from './save.ts'

export interface StaffLine {
  readonly material: string
  readonly quantity: number
  /** with tax */
  readonly price?: number
  readonly note?: string
  /** Pcs when absent */
  readonly unit?: string
}
/** A line of an order by its place from 0, in the order's own unit. */
export interface MovedLine {
  readonly line: number
  readonly quantity: number
  /** where it comes in or goes from; the first warehouse when absent */
  readonly warehouse?: string
}

/** The day's work of buyers, sellers, clerks and the warehouse. Each document is audited as soon as it is made. */
export interface Trade {
  purchase(supplier: string, lines: readonly StaffLine[]): Bill
  receive(order: number, lines: readonly MovedLine[], deliveryNote?: string): Bill
  ship(order: number, lines: readonly MovedLine[], tracking?: string): Bill
  /** goods of a sale order that came back */
  takeBack(order: number, lines: readonly MovedLine[], note?: string): Bill
  /** a payable for a purchase order: all of it, or these lines */
  bill(order: number, lines?: readonly MovedLine[], number?: string): Bill
  /** another quantity of a line of an order that is not audited */
  setQuantity(form: 'PUR_PurchaseOrder' | 'SAL_SaleOrder', order: number, line: number, quantity: number): Bill
}

export const firstWarehouse = 'CK001'
const usualRate = 13

export function createTrade(account: Account): Trade {
  const number = (value: string) => ({ FNumber: value })
  const ours = () => number(account.organisation)
  const audited = (form: string, bill: Bill): Bill => {
    step(account, 'Submit', form, bill.id)
    return step(account, 'Audit', form, bill.id)
  }
  const today = () => `${account.now().slice(0, 10)}T00:00:00`
  const day = (days: number) =>
    new Date(Date.parse(`${account.now().slice(0, 10)}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 19)
  const textOf = (bill: Bill, line: number, field: string): string => String(bill.entries[line]?.values[field] ?? '')
  return {
    purchase: (supplier, lines) =>
      audited(
        'PUR_PurchaseOrder',
        save(account, 'PUR_PurchaseOrder', {
          FBillTypeID: number('CGDD01_SYS'),
          FDate: today(),
          FPurchaseOrgId: ours(),
          FSupplierId: number(supplier),
          FPOOrderFinance: { FSettleCurrId: number('PRE001'), FIsIncludedTax: true },
          FPOOrderEntry: lines.map(({ material, quantity, price = 0, note, unit = 'Pcs' }) => ({
            FMaterialId: number(material),
            FUnitId: number(unit),
            FQty: quantity,
            FTaxPrice: price,
            FEntryTaxRate: usualRate,
            FDeliveryDate: day(7),
            FMRPTerminateStatus: 'A',
            FMRPCloseStatus: 'A',
            ...(note === undefined ? {} : { FEntryNote: note }),
          })),
        }),
      ),
    receive: (order, lines, deliveryNote) => {
      const bill = account.bill('PUR_PurchaseOrder', order)
      const { head, entries } = bill
      return audited(
        'STK_InStock',
        save(account, 'STK_InStock', {
          FBillTypeID: number('RKD01_SYS'),
          FDate: today(),
          FStockOrgId: ours(),
          FSupplierId: number(String(head['FSupplierId.FNumber'])),
          ...(deliveryNote === undefined ? {} : { FDeliveryBill: deliveryNote }),
          FInStockEntry: lines.map(({ line, quantity, warehouse = firstWarehouse }) => ({
            FMaterialId: number(textOf(bill, line, 'FMaterialId.FNumber')),
            FUnitID: number(textOf(bill, line, 'FUnitId.FNumber')),
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
      const bill = account.bill('SAL_SaleOrder', order)
      const { head, entries } = bill
      return audited(
        'SAL_OUTSTOCK',
        save(account, 'SAL_OUTSTOCK', {
          FDate: today(),
          FStockOrgId: ours(),
          FCarriageNO: tracking,
          FEntity: lines.map(({ line, quantity, warehouse = firstWarehouse }) => ({
            FMaterialID: number(textOf(bill, line, 'FMaterialId.FNumber')),
            FUnitID: number(textOf(bill, line, 'FUnitId.FNumber')),
            FRealQty: quantity,
            FStockID: number(warehouse),
            FSoorDerno: head.FBillNo ?? null,
            FSOEntryId: entries[line]?.id ?? null,
          })),
        }),
      )
    },
    takeBack: (order, lines, note = '') => {
      const bill = account.bill('SAL_SaleOrder', order)
      const { head, entries } = bill
      return audited(
        'SAL_RETURNSTOCK',
        save(account, 'SAL_RETURNSTOCK', {
          FBillTypeID: number('XSTHD01_SYS'),
          FDate: today(),
          FStockOrgId: ours(),
          FRetcustId: number(String(head['FCustId.FNumber'])),
          FHeadNote: note,
          FEntity: lines.map(({ line, quantity, warehouse = firstWarehouse }) => ({
            FMaterialId: number(textOf(bill, line, 'FMaterialId.FNumber')),
            FUnitID: number(textOf(bill, line, 'FUnitId.FNumber')),
            FRealQty: quantity,
            FStockId: number(warehouse),
            FOrderNo: head.FBillNo ?? null,
            FSOEntryId: entries[line]?.id ?? null,
          })),
        }),
      )
    },
    bill: (order, lines, billNumber) => {
      const bill = account.bill('PUR_PurchaseOrder', order)
      const { head, entries } = bill
      const wanted = lines ?? entries.map(({ values }, line) => ({ line, quantity: Number(values.FQty) }))
      const rows = wanted.map(({ line, quantity }) => {
        const { id = null, values = {} } = entries[line] ?? {}
        const rate = Number(values.FEntryTaxRate ?? 0)
        const amount = cents(quantity * Number(values.FTaxPrice ?? 0))
        return {
          FMATERIALID: number(String(values['FMaterialId.FNumber'])),
          'FMATERIALID.FName': values['FMaterialId.FName'] ?? null,
          FPRICEUNITID: number(String(values['FUnitId.FNumber'])),
          FPriceQty: quantity,
          FTaxPrice: values.FTaxPrice ?? 0,
          FEntryTaxRate: rate,
          FTAXAMOUNTFOR_D: cents(amount - amount / (1 + rate / 100)),
          FALLAMOUNTFOR_D: amount,
          FORDERNUMBER: head.FBillNo ?? null,
          FOrderEntryID: id,
        }
      })
      return audited(
        'AP_Payable',
        save(account, 'AP_Payable', {
          ...(billNumber === undefined ? {} : { FBillNo: billNumber }),
          FDATE: today(),
          FENDDATE_H: day(30),
          FSETTLEORGID: ours(),
          FSUPPLIERID: number(String(head['FSupplierId.FNumber'])),
          'FSUPPLIERID.FName': head['FSupplierId.FName'] ?? null,
          FCURRENCYID: number('PRE001'),
          FALLAMOUNTFOR: cents(rows.reduce((sum, row) => sum + row.FALLAMOUNTFOR_D, 0)),
          FEntityDetail: rows,
        }),
      )
    },
    setQuantity: (form, order, line, quantity) => {
      const { entries } = account.bill(form, order)
      const key = account.form(form).entry?.key ?? ''
      return save(account, form, {
        FID: order,
        [key]: entries.map(({ id }, place) => ({ FEntryID: id, ...(place === line ? { FQty: quantity } : {}) })),
      })
    },
  }
}
