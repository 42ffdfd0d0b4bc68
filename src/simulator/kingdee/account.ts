import type { Json } from '../../model/json.ts'
import { type Form, forms } from './forms.ts'
import { Refusal } from './refusal.ts'

/** Values by the names that queries ask for them. */
export type Values = Record<string, Json>
export interface Bill {
  readonly id: number
  readonly head: Values
  entries: { readonly id: number; readonly values: Values }[]
}
export interface Account {
  readonly organisation: string
  /** wall time of the server, as it tells times */
  readonly now: () => string
  readonly form: (name: string) => Form
  readonly bills: (form: string) => Map<number, Bill>
  readonly bill: (form: string, id: number) => Bill
  readonly nextId: () => number
  /** so many of a material in its base unit. @throws Refusal for a unit that is none of its own */
  readonly inBase: (material: string, unit: string, quantity: number) => number
  /** quantities by warehouse and material, in base units */
  readonly move: (warehouse: string, material: string, quantity: number) => void
}

const openForm = (name: string): Form => {
  const form = forms[name]
  if (form === undefined) throw new Refusal(0, `业务对象不存在: ${name}`)
  return form
}

/** China has had no summer time since 1991. */
const offsetMs = 8 * 3_600_000

export function openAccount(organisation: string, clock: () => Date): Account {
  const tables = new Map(Object.keys(forms).map((name) => [name, new Map<number, Bill>()]))
  let last = 100_000
  const bills = (form: string): Map<number, Bill> => {
    openForm(form)
    return tables.get(form) ?? new Map()
  }
  const account: Account = {
    organisation,
    now: () =>
      new Date(clock().getTime() + offsetMs)
        .toISOString()
        .slice(0, -1)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, ''),
    form: openForm,
    bills,
    bill: (form, id) => {
      const found = bills(form).get(id)
      if (found === undefined) throw new Refusal(10, `内码 ${id} 对应的数据不存在或已被删除`)
      return found
    },
    nextId: () => ++last,
    inBase: (material, unit, quantity) => {
      const base = [...bills('BD_MATERIAL').values()].find(({ head }) => head.FNumber === material)?.head['FBaseUnitId.FNumber']
      if (unit === base) return quantity
      const rate = [...bills('BD_MATERIALUNITCONVERT').values()].find(
        ({ head }) => head['FMaterialId.FNumber'] === material && head['FCurrentUnitId.FNumber'] === unit,
      )
      if (rate === undefined) throw new Refusal(11, `物料 ${material} 没有单位 ${unit} 的换算关系`)
      return (quantity * Number(rate.head.FConvertNumerator)) / Number(rate.head.FConvertDenominator)
    },
    move: (warehouse, material, quantity) => {
      const table = bills('STK_Inventory')
      const own = [...table.values()].find(
        ({ head }) =>
          head['FStockId.FNumber'] === warehouse &&
          head['FMaterialId.FNumber'] === material &&
          head['FStockStatusId.FNumber'] === 'KCZT01_SYS' &&
          head.FOwnerTypeId === 'BD_OwnerOrg',
      )
      if (own !== undefined) {
        own.head.FBaseQty = Number(own.head.FBaseQty) + quantity
        return
      }
      const made = [...bills('BD_MATERIAL').values()].find(({ head }) => head.FNumber === material)
      if (made === undefined) throw new Refusal(11, `物料 ${material} 不存在`)
      const id = account.nextId()
      table.set(id, {
        id,
        entries: [],
        head: {
          FID: `${id.toString(16).padStart(8, '0')}-5c1e-4f3a-9a51-000000000000`,
          FMaterialId: made.id,
          'FMaterialId.FNumber': material,
          'FBaseUnitId.FNumber': made.head['FBaseUnitId.FNumber'] ?? 'Pcs',
          FBaseQty: quantity,
          'FStockId.FNumber': warehouse,
          'FStockOrgId.FNumber': organisation,
          'FStockStatusId.FNumber': 'KCZT01_SYS',
          FOwnerTypeId: 'BD_OwnerOrg',
        },
      })
    },
  }
  return account
}
