import { amountScale, DecimalError, fromScaled, toScaled } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'

/** A line of a bill as `POST /v1/payouts` takes it; `order`: number of the merchant's order. */
export interface BillLine extends JsonObject {
  readonly kind: 'sale' | 'refund' | 'fee' | 'commission' | 'adjustment'
  readonly amount: string
}

/** What a payment provider settled in a day, line by line. Names and accounts of buyers are left out. */
export interface Bill {
  readonly provider: string
  /** business days of China of its first and last line */
  readonly from?: string
  readonly until?: string
  readonly lines: readonly BillLine[]
}

/** A row of a bill by the names of its columns. `at`: number of its line in the file. */
export interface BillRow {
  readonly at: number
  readonly cells: ReadonlyMap<string, string>
}

export const unreadable = (at: number, what: string) => reject('unreadable-bill', `line ${at} of the bill: ${what}. Nothing was written`)

/** The text of a bill: UTF-8 where it is, else GBK. */
export function billText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** Cells by the names of the head, where parentheses may be wide or not. @throws HubError `unreadable-bill` (reject) where there are more or fewer */
export function rowOf(at: number, head: readonly string[], cells: readonly string[]): BillRow {
  if (cells.length !== head.length)
    throw unreadable(at, `it has ${cells.length} cells and the head names ${head.length} columns: a value has a comma, or the line is cut`)
  return { at, cells: new Map(head.map((name, place) => [plain(name), (cells[place] ?? '').trim()])) }
}

export const plain = (name: string): string => name.trim().replaceAll('（', '(').replaceAll('）', ')')

/** The cell of the first of these columns that there is. @throws HubError `unreadable-bill` (reject) where there is none */
export function cellOf({ at, cells }: BillRow, ...names: readonly string[]): string {
  const name = names.find((one) => cells.has(one))
  if (name === undefined) throw unreadable(at, `no column '${names[0]}': it is a bill of another kind`)
  return cells.get(name) ?? ''
}

/** An amount in yuan x 10^4; an empty cell is zero. @throws HubError `unreadable-bill` (reject) */
export function moneyOf(row: BillRow, ...names: readonly string[]): bigint {
  const text = cellOf(row, ...names)
  try {
    return text === '' ? 0n : toScaled(text, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) throw unreadable(row.at, `'${text}' in column '${names[0]}' is no amount`)
    throw error
  }
}

export const amountText = (value: bigint): string => fromScaled(value, amountScale, 2)

/** A time of China, `YYYY-MM-DD hh:mm:ss`, as RFC 3339 in UTC. @throws HubError `unreadable-bill` (reject) */
export function timeOf(row: BillRow, name: string): string {
  const text = cellOf(row, name)
  const at = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? Date.parse(`${text.replace(' ', 'T')}+08:00`) : Number.NaN
  if (Number.isNaN(at)) throw unreadable(row.at, `'${text}' in column '${name}' is no time`)
  return new Date(at).toISOString()
}

/** A line with what is known of it. */
export const lineOf = (kind: BillLine['kind'], amount: bigint, more: Readonly<Record<string, string | undefined>>): BillLine => ({
  ...{ kind, amount: amountText(amount) },
  ...Object.fromEntries(Object.entries(more).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]))),
})

/** What the bill says of itself against its lines. @throws HubError `bill-differs` (reject) with the arithmetic */
export function demandSum(what: string, said: bigint, found: bigint): void {
  if (said !== found)
    throw reject(
      'bill-differs',
      `the bill says ${what} ${amountText(said)} and its lines come to ${amountText(found)}: ${amountText(said - found)} is missing. Nothing was written`,
    )
}

/** The days of its rows, by one column. */
export function daysOf(rows: readonly BillRow[], name: string): Pick<Bill, 'from' | 'until'> {
  const days = rows.map((row) => cellOf(row, name).slice(0, 10)).sort()
  const [from, until] = [days[0], days.at(-1)]
  return from === undefined || until === undefined ? {} : { from, until }
}
