import { amountScale, DecimalError, fromScaled, quantityScale, toScaled } from '../model/decimal.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { DaySum, StoreDay } from '../store/day-sale.ts'
import type { DaySaleTable, OrderLineTable, OrderStateTable } from '../store/tables.ts'
import { productUnits } from './assemble.ts'
import type { Note } from './findings.ts'
import type { CaseLine } from './order-case.ts'
import { keyOf, refIn, type Shelf, textOf } from './shelf.ts'
import { keyText } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { saidBy, scaled, toBase } from './units.ts'

export const reportType = 'sales-report'
export const salesCodes: ReadonlySet<string> = new Set(['sold-twice-told'])

type Row = DaySaleTable

/** What an order sold, by product, on its business date: a pure function of the documents at rest. `lines`: its lines, and the `rows` derived of them, in one order. A line's amount goes with its units that were neither cancelled nor came back. */
export function orderDaySales(state: OrderStateTable, lines: readonly CaseLine[], rows: readonly OrderLineTable[]): readonly Row[] {
  if (state.type !== 'sales-order' || state.business_date === '') return []
  return summed(
    rows.map((row, index) => {
      const [quantity, cancelled, restocked] = [BigInt(row.quantity), BigInt(row.cancelled), BigInt(row.restocked)]
      const sold = quantity - cancelled
      const returned = restocked < sold ? restocked : sold
      return {
        tenant: row.tenant,
        type: row.type,
        key: row.key,
        product: row.product ?? '',
        store: row.origin,
        day: state.business_date,
        currency: state.currency,
        origin: row.origin,
        quantity: sold,
        returned,
        amount: share(moneyOf(lines[index]?.line.lineAmount), sold - returned, quantity),
      }
    }),
  )
}

/** What a report says: undefined for one that does not say of what day. Its product and links must have been loaded. */
export function reportDaySale(shelf: Shelf, document: LedgerDocument): Row | undefined {
  const { key, origin, body, deleted } = document
  const day = document.businessDate
  if (deleted || day === null) return undefined
  const product = keyOf(shelf, refIn(body.product))
  const units = product === undefined ? undefined : productUnits(shelf, product)
  const unit = textOf(body.unit) ?? units?.baseUnit
  const count = (value: Json | undefined): bigint | undefined => {
    const text = textOf(value)
    if (text === undefined) return 0n
    return units === undefined || unit === undefined ? scaled(text) : toBase(text, unit, units, saidBy(document))
  }
  const [quantity, returned] = [count(body.quantity), count(body.returns)]
  const isCounted = units !== undefined && quantity !== undefined && returned !== undefined
  return {
    tenant: shelf.tenant,
    type: reportType,
    key,
    product: isCounted ? (product ?? '') : '',
    store: storeOf(shelf, document),
    day,
    currency: textOf(body.currency) ?? '',
    origin,
    quantity: quantity ?? scaled(textOf(body.quantity) ?? '0') ?? 0n,
    returned: returned ?? scaled(textOf(body.returns) ?? '0') ?? 0n,
    amount: moneyOf(body.amount),
  }
}

/** The location that a report names, by key or else by code; the connection that sent it where it names none. */
function storeOf(shelf: Shelf, { origin, body }: LedgerDocument): string {
  const { location } = body
  const named = keyOf(shelf, refIn(location)) ?? textOf((location as JsonObject | undefined)?.code)
  return named === undefined ? origin : keyText(named)
}

function summed(rows: readonly Row[]): readonly Row[] {
  const sums = new Map<string, Row>()
  for (const row of rows) {
    const before = sums.get(row.product)
    sums.set(
      row.product,
      before === undefined
        ? row
        : {
            ...row,
            quantity: BigInt(before.quantity) + BigInt(row.quantity),
            returned: BigInt(before.returned) + BigInt(row.returned),
            amount: BigInt(before.amount) + BigInt(row.amount),
          },
    )
  }
  return [...sums.values()]
}

function moneyOf(value: Json | undefined): bigint {
  try {
    return toScaled(textOf(value) ?? '0', amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return 0n
    throw error
  }
}

/** amount x part / whole, half up; nothing of nothing. */
function share(amount: bigint, part: bigint, whole: bigint): bigint {
  if (part === whole) return amount
  if (whole <= 0n || part <= 0n) return 0n
  const twice = amount * part * 2n
  const half = twice < 0n ? -whole : whole
  return (twice + half) / (whole * 2n)
}

/** The sums of a store and day as people read them: of orders, and of reports. */
export function shownSums(sums: readonly DaySum[]): JsonObject {
  const of = (type: string): JsonObject[] =>
    sums
      .filter((sum) => sum.type === type)
      .map(({ origin, currency, quantity, amount }) => ({
        origin,
        currency,
        quantity: fromScaled(quantity, quantityScale),
        amount: fromScaled(amount, amountScale, 2),
      }))
  return { orders: of('sales-order'), reports: of(reportType) }
}

/** The document that findings and changes of a store and day hang on: `<store>/<day>`. */
export const salesDay = ({ store, day }: StoreDay) => ({ type: 'sales-day', key: keyText(`${store}/${day}`) })

/** A store and day of which both orders and reports tell: which of them counts is a setting, and somebody should know. */
export function twiceTold(place: StoreDay, sums: readonly DaySum[]): readonly Note[] {
  const types = new Set(sums.map(({ type }) => type))
  if (types.size < 2) return []
  return [{ ...salesDay(place), code: 'sold-twice-told', path: '', detail: { ...place, ...shownSums(sums) } }]
}

const dayMs = 86_400_000
/** A business date is over when it is over everywhere: at noon, UTC, of the day after. */
export const isOver = (day: string, now: number): boolean => now >= Date.parse(day) + dayMs * 1.5
