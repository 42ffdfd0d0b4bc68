import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Account, Bill, Values } from './account.ts'
import type { Form } from './forms.ts'
import { invalid, Refusal } from './refusal.ts'

/** What a number in a model stands for: the form that has it, and whether its name is told beside it. */
const masterOf: Readonly<Record<string, string>> = {
  FMaterialId: 'BD_MATERIAL',
  FMaterialID: 'BD_MATERIAL',
  FSupplierId: 'BD_Supplier',
  FCustId: 'BD_Customer',
  FRetcustId: 'BD_Customer',
  FStockId: 'BD_STOCK',
}

/**
 * Saves a bill: a new one where FID is 0, else the lines are made equal to those of the model, where a line without FEntryID is new and one that is left out is taken away (`IsDeleteEntry`).
 * @throws Refusal for a number that is used already, an unknown master, and a bill that is audited or in review
 */
export function save(account: Account, name: string, model: JsonObject): Bill {
  const form = account.form(name)
  const id = Number(model.FID ?? 0)
  const bill = id === 0 ? begin(account, form, name, model) : account.bill(name, id)
  if (!['Z', 'A', 'D'].includes(String(bill.head.FDocumentStatus)))
    throw invalid(`单据 ${bill.head.FBillNo} 处于审核中或已审核状态，不允许修改`)
  const entry = form.entry?.key
  const { [entry ?? '']: lines, FID: _, ...head } = model
  const values = flat(account, form.head, head)
  const entries = Array.isArray(lines)
    ? lines.map((line: Json) => line as JsonObject).map((line) => entryOf(account, form, bill, line))
    : bill.entries
  Object.assign(bill.head, values, { FModifyDate: account.now() })
  bill.entries = entries
  total(bill)
  account.bills(name).set(bill.id, bill)
  return bill
}

function begin(account: Account, form: Form, name: string, model: JsonObject): Bill {
  const id = account.nextId()
  const number = String(model.FBillNo ?? `${form.prefix}${String(id).slice(-6)}`)
  if (number.length > 30) throw invalid('单据编号长度不能超过30')
  if ([...account.bills(name).values()].some(({ head }) => head.FBillNo === number))
    throw invalid(`违反字段唯一性要求：编码唯一。[${number}]在当前系统中已经被使用。`)
  return {
    id,
    entries: [],
    head: { FBillNo: number, FDocumentStatus: 'A', FCancelStatus: 'A', FCloseStatus: 'A', FModifyDate: account.now() },
  }
}

/** `{FNumber}` becomes `X.FNumber` with its name; a part of the head (finance) is taken into it. */
function flat(account: Account, known: readonly string[], model: JsonObject): Values {
  const values: Values = {}
  for (const [name, value = null] of Object.entries(model)) {
    if (!isObject(value)) {
      if (known.includes(name)) values[name] = value
      else throw new Refusal(9, `字段 ${name} 不存在`)
      continue
    }
    const number = value.FNumber ?? value.FNUMBER
    if (number === undefined) Object.assign(values, flat(account, known, value))
    else {
      values[`${name}.FNumber`] = number
      const master = masterOf[name]
      if (master === undefined) continue
      const found = [...account.bills(master).values()].find(({ head }) => head.FNumber === number)
      if (found === undefined) throw invalid(`字段 ${name} 的编码 ${String(number)} 不存在`)
      if (known.includes(`${name}.FName`)) values[`${name}.FName`] = found.head.FName ?? null
    }
  }
  return values
}

function entryOf(account: Account, form: Form, bill: Bill, line: JsonObject): Bill['entries'][number] {
  const { FEntryID, ...rest } = line
  const old = FEntryID === undefined ? undefined : bill.entries.find(({ id }) => id === Number(FEntryID))
  if (FEntryID !== undefined && old === undefined) throw new Refusal(10, `分录内码 ${String(FEntryID)} 不存在`)
  const values: Values = { ...old?.values, ...flat(account, form.entry?.fields ?? [], rest) }
  if (rest.FTaxPrice !== undefined) delete values.FPrice
  else if (rest.FPrice !== undefined) delete values.FTaxPrice
  return { id: old?.id ?? account.nextId(), values }
}

/** Half up, as the server's decimals are: what a double is off by counts for nothing. */
export const cents = (value: number): number => Math.round(Number((value * 100).toFixed(6))) / 100
/** Without a rate a line is taxed as its material is. */
const usualRate = 13

function total({ head, entries }: Bill): void {
  if (entries.every(({ values }) => values.FQty === undefined)) return
  for (const { values } of entries) {
    const rate = Number(values.FEntryTaxRate ?? usualRate)
    const quantity = Number(values.FQty)
    if (!(quantity > 0)) throw invalid('数量必须大于零')
    const gross = values.FTaxPrice === undefined ? Number(values.FPrice ?? 0) * (1 + rate / 100) : Number(values.FTaxPrice)
    const all = cents(quantity * gross)
    const tax = cents(all - all / (1 + rate / 100))
    Object.assign(values, {
      FEntryTaxRate: rate,
      FTaxPrice: Number(gross.toFixed(6)),
      FPrice: Number(values.FPrice ?? (gross / (1 + rate / 100)).toFixed(6)),
      FAllAmount: all,
      FEntryTaxAmount: tax,
      FAmount: cents(all - tax),
    })
  }
  const sum = (field: string): number => cents(entries.reduce((whole, { values }) => whole + Number(values[field] ?? 0), 0))
  Object.assign(head, { FBillAllAmount: sum('FAllAmount'), FBillTaxAmount: sum('FEntryTaxAmount'), FBillAmount: sum('FAmount') })
}
