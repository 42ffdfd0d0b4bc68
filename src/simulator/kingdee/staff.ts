import type { Account, Bill } from './account.ts'
import { step } from './operations.ts'
import { save } from './save.ts'
import { createTrade, firstWarehouse, type Trade } from './staff-trade.ts'

/** What people do at the screen. Numbers, not ids, name masters; ids name bills. */
export interface Staff extends Trade {
  addWarehouse(number: string, name: string): void
  addSupplier(made: { readonly number: string; readonly name: string; readonly taxId?: string; readonly phone?: string }): void
  addCustomer(number: string, name: string): void
  /** `packs`: further units with how many base units are in one; the stock lies in the first warehouse, counted in on the day the account was opened */
  addMaterial(made: {
    readonly number: string
    readonly name: string
    readonly unit?: string
    readonly barcode?: string
    readonly packs?: Readonly<Record<string, number>>
    readonly stock?: number
  }): number
  forbid(form: 'BD_Supplier' | 'BD_MATERIAL' | 'BD_STOCK', number: string): void
  step(operation: 'Submit' | 'Audit' | 'UnAudit' | 'CancelAssign' | 'Cancel' | 'BillClose', form: string, id: number): Bill
  /** another row of stock: a lot, another status or owner */
  shelve(material: string, quantity: number, row: { readonly status?: string; readonly owner?: string }): void
  note(form: string, id: number, line: number, text: string): void
  remove(form: string, id: number): void
}

export function createStaff(account: Account): Staff {
  const number = (value: string) => ({ FNumber: value })
  const master = (form: string, values: Bill['head']): number => {
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
    return id
  }
  const open = (material: string, unit: string, quantity: number): void => {
    const bill = save(account, 'STK_InvInit', {
      FDate: `${account.now().slice(0, 10)}T00:00:00`,
      FStockOrgId: number(account.organisation),
      FInvInitDetail: [{ FMaterialID: number(material), FUnitID: number(unit), FQty: quantity, FStockId: number(firstWarehouse) }],
    })
    step(account, 'Submit', 'STK_InvInit', bill.id)
    step(account, 'Audit', 'STK_InvInit', bill.id)
  }
  return {
    ...createTrade(account),
    addWarehouse: (FNumber, FName) => void master('BD_STOCK', { FNumber, FName }),
    addSupplier: ({ number: FNumber, name: FName, taxId = '', phone = '' }) =>
      void master('BD_Supplier', { FNumber, FName, FSOCIALCRECODE: taxId, FTel: phone }),
    addCustomer: (FNumber, FName) => void master('BD_Customer', { FNumber, FName }),
    addMaterial: ({ number: FNumber, name: FName, unit = 'Pcs', barcode = '', packs = {}, stock = 0 }) => {
      const id = master('BD_MATERIAL', { FNumber, FName, FBARCODE: barcode, 'FBaseUnitId.FNumber': unit, FErpClsID: '1' })
      for (const [pack, pieces] of Object.entries(packs))
        master('BD_MATERIALUNITCONVERT', {
          FMaterialId: id,
          'FMaterialId.FNumber': FNumber,
          'FCurrentUnitId.FNumber': pack,
          'FDestUnitId.FNumber': unit,
          FConvertNumerator: pieces,
          FConvertDenominator: 1,
        })
      if (stock > 0) open(FNumber, unit, stock)
      return id
    },
    forbid: (form, FNumber) => {
      for (const { head } of account.bills(form).values())
        if (head.FNumber === FNumber) Object.assign(head, { FForbidStatus: 'B', FForbidDate: account.now() })
    },
    step: (operation, form, id) => step(account, operation, form, id),
    shelve: (material, quantity, { status = 'KCZT01_SYS', owner = 'BD_OwnerOrg' }) => {
      account.move(firstWarehouse, material, 0)
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
