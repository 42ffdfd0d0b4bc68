import type { Json, JsonObject } from '../../model/json.ts'
import type { Account, Bill } from './account.ts'
import { readFilter } from './filter.ts'
import { type Form, isDecimal } from './forms.ts'
import { Refusal } from './refusal.ts'

/** JSON.rawJSON writes digits as they stand; TypeScript's library does not list it yet. */
const raw = (text: string): Json => (JSON as JSON & { rawJSON(text: string): JsonObject }).rawJSON(text)

/**
 * ExecuteBillQuery: rows of values in the order of FieldKeys, one for each line where a field of the lines is asked for or filtered by, else one for each bill. A text without a value is one blank.
 * @throws Refusal for a field that the form does not have, and for more than 10,000 rows asked for
 */
export function executeBillQuery(account: Account, data: JsonObject): Json {
  const name = String(data.FormId)
  const form = account.form(name)
  const fields = String(data.FieldKeys).split(',')
  const used = new Set(fields)
  const holds = readFilter(String(data.FilterString ?? ''), used)
  const order = String(data.OrderString ?? '')
    .split(',')
    .filter((field) => field !== '')
  for (const field of [...used, ...order]) if (!knows(form, field)) throw new Refusal(0, `字段 ${field} 不存在`)
  const limit = Number(data.Limit ?? 0)
  if (limit > 10_000) throw new Refusal(0, '查询行数不能超过10000')
  const byLine = form.entry !== undefined && [...used, ...order].some((field) => isOfLines(form, field))
  const rows = [...account.bills(name).values()]
    .flatMap((bill) => (byLine ? bill.entries.map((entry) => reader(form, bill, entry)) : [reader(form, bill, undefined)]))
    .filter(holds)
    .sort((a, b) => order.map((field) => inOrder(a(field), b(field))).find((sign) => sign !== 0) ?? 0)
    .slice(Number(data.StartRow ?? 0))
    .slice(0, limit === 0 ? 2000 : limit)
  return rows.map((row) => fields.map((field) => told(field, row(field))))
}

const lineKey = (form: Form): string => `${form.entry?.key ?? ''}_FEntryID`
const isOfLines = (form: Form, field: string): boolean => field === lineKey(form) || form.entry?.fields.includes(field) === true
const knows = (form: Form, field: string): boolean => form.head.includes(field) || isOfLines(form, field)

const reader =
  (form: Form, { id, head }: Bill, entry: Bill['entries'][number] | undefined) =>
  (field: string): Json =>
    field === form.id && head[field] === undefined
      ? id
      : field === lineKey(form)
        ? (entry?.id ?? null)
        : (entry?.values[field] ?? head[field] ?? null)

const inOrder = (a: Json, b: Json): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0

const timed = /(Date|DATE|DATE_H)$/
function told(field: string, value: Json): Json {
  if (typeof value === 'number') return isDecimal(field) ? raw(value.toFixed(10)) : value
  if (value === null || value === '') return isDecimal(field) ? raw('0.0000000000') : timed.test(field) || /id$/i.test(field) ? null : ' '
  return value
}
