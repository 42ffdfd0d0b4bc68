import type { Json, JsonObject } from '../../model/json.ts'
import type { Account, Bill } from './account.ts'
import { executeBillQuery } from './query.ts'
import { invalid, Refusal, succeeded } from './refusal.ts'
import { save } from './save.ts'

/** An audit moves the goods and what the order says of them; FModifyDate stays as it was, FApproveDate tells it. */
function settle(account: Account, name: string, { entries }: Bill, sign: 1 | -1): void {
  const moved = moves[name]
  if (moved === undefined) return
  for (const { values } of entries) {
    const quantity = sign * Number(values[moved.quantity])
    const material = String(values[`${moved.material}.FNumber`])
    const base = account.inBase(material, String(values['FUnitID.FNumber']), quantity)
    account.move(String(values[`${moved.stock}.FNumber`]), material, moved.sign * base)
    if (moved.order !== undefined) add(lineOf(account, moved.order.form, Number(values[moved.order.line] ?? 0)), moved.order.sum, quantity)
  }
}
interface Move {
  readonly material: string
  readonly stock: string
  readonly quantity: string
  readonly sign: 1 | -1
  /** the order that was received or delivered, and where its lines sum that up */
  readonly order?: { readonly form: string; readonly line: string; readonly sum: string }
}
const moves: Readonly<Record<string, Move>> = {
  STK_InvInit: { material: 'FMaterialID', stock: 'FStockId', quantity: 'FQty', sign: 1 },
  STK_InStock: {
    material: 'FMaterialId',
    stock: 'FStockId',
    quantity: 'FRealQty',
    sign: 1,
    order: { form: 'PUR_PurchaseOrder', line: 'FPOORDERENTRYID', sum: 'FStockInQty' },
  },
  SAL_OUTSTOCK: {
    material: 'FMaterialID',
    stock: 'FStockID',
    quantity: 'FRealQty',
    sign: -1,
    order: { form: 'SAL_SaleOrder', line: 'FSOEntryId', sum: 'FStockOutQty' },
  },
  SAL_RETURNSTOCK: { material: 'FMaterialId', stock: 'FStockId', quantity: 'FRealQty', sign: 1 },
}
const lineOf = (account: Account, form: string, id: number) =>
  [...account.bills(form).values()].flatMap(({ entries }) => entries).find((entry) => entry.id === id)
const add = (entry: Bill['entries'][number] | undefined, field: string, quantity: number): void => {
  if (entry !== undefined) entry.values[field] = Number(entry.values[field] ?? 0) + quantity
}

/** Later bills that were made of an order, also unaudited ones: it cannot be taken back any more. */
const hasFollowers = (account: Account, name: string, { entries }: Bill): boolean => {
  const [form, field] =
    name === 'PUR_PurchaseOrder' ? ['STK_InStock', 'FPOORDERENTRYID'] : name === 'SAL_SaleOrder' ? ['SAL_OUTSTOCK', 'FSOEntryId'] : []
  if (form === undefined || field === undefined) return false
  const ids = new Set(entries.map(({ id }) => id))
  return [...account.bills(form).values()].some(
    ({ head, entries: lines }) => head.FCancelStatus !== 'B' && lines.some(({ values }) => ids.has(Number(values[field] ?? 0))),
  )
}

const steps: Readonly<Record<string, (account: Account, name: string, bill: Bill) => void>> = {
  Submit: (account, _, { head }) => {
    if (!['Z', 'A', 'D'].includes(String(head.FDocumentStatus))) throw invalid(`单据 ${head.FBillNo} 已提交`)
    Object.assign(head, { FDocumentStatus: 'B', FModifyDate: account.now() })
  },
  CancelAssign: (account, _, { head }) => {
    if (head.FDocumentStatus !== 'B') throw invalid(`单据 ${head.FBillNo} 不处于审核中，不能撤销`)
    Object.assign(head, { FDocumentStatus: 'D', FModifyDate: account.now() })
  },
  Audit: (account, name, bill) => {
    if (bill.head.FDocumentStatus !== 'B') throw invalid(`单据 ${bill.head.FBillNo} 不处于审核中，不能审核`)
    settle(account, name, bill, 1)
    Object.assign(bill.head, { FDocumentStatus: 'C', FApproveDate: account.now() })
  },
  UnAudit: (account, name, bill) => {
    if (bill.head.FDocumentStatus !== 'C') throw invalid(`单据 ${bill.head.FBillNo} 未审核，不能反审核`)
    if (hasFollowers(account, name, bill)) throw invalid(`单据 ${bill.head.FBillNo} 已有下游单据，不允许反审核`)
    settle(account, name, bill, -1)
    Object.assign(bill.head, { FDocumentStatus: 'D', FApproveDate: null, FModifyDate: account.now() })
  },
  Cancel: (account, _, { head }) => {
    if (head.FDocumentStatus === 'C' || head.FDocumentStatus === 'B') throw invalid(`单据 ${head.FBillNo} 已提交或已审核，不能作废`)
    if (head.FCancelStatus === 'B') throw invalid(`单据 ${head.FBillNo} 已作废`)
    Object.assign(head, { FCancelStatus: 'B', FCancelDate: account.now() })
  },
  BillClose: (account, _, { head }) => {
    if (head.FDocumentStatus !== 'C') throw invalid(`单据 ${head.FBillNo} 未审核，不能关闭`)
    Object.assign(head, { FCloseStatus: 'B', FCloseDate: account.now() })
  },
}

export const isWrite = (operation: string): boolean => operation !== 'ExecuteBillQuery'

export function step(account: Account, operation: string, name: string, id: number): Bill {
  const act = steps[operation]
  if (act === undefined) throw new Refusal(0, `不支持的操作 ${operation}`)
  const bill = account.bill(name, id)
  act(account, name, bill)
  return bill
}

function idOf(account: Account, name: string, { Ids, Numbers }: JsonObject): number {
  if (Ids !== undefined) return Number(Ids)
  const [number] = (Numbers ?? []) as readonly Json[]
  const found = [...account.bills(name).values()].find(({ head }) => head.FBillNo === number)
  if (found === undefined) throw new Refusal(10, `编码 ${String(number)} 对应的数据不存在或已被删除`)
  return found.id
}

/** One call of DynamicFormService. @throws Refusal */
export function callOperation(account: Account, operation: string, body: JsonObject): Json {
  const data = (body.data ?? {}) as JsonObject
  if (operation === 'ExecuteBillQuery') return executeBillQuery(account, data)
  const name = String(body.formid)
  const bill =
    operation === 'Save'
      ? save(account, name, (data.Model ?? {}) as JsonObject)
      : step(account, operation === 'ExcuteOperation' ? String(body.opNumber) : operation, name, idOf(account, name, data))
  return succeeded(bill.id, String(bill.head.FBillNo))
}
