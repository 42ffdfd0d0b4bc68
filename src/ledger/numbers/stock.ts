import type { Reader } from '../../store/in-list.ts'
import { insertStock, listStock, lockStock, numbersInBook } from '../../store/number-stock.ts'
import { takeDue } from '../../store/order-number.ts'
import type { NumberStockTable, OrderNumberTable } from '../../store/tables-numbers.ts'
import type { NumberDesk } from './desk.ts'
import { makerOf, type NumberPattern, seqOf } from './pattern.ts'

const patternIn = ({ pattern }: Pick<NumberStockTable, 'pattern'>): NumberPattern => JSON.parse(pattern) as NumberPattern

/** A number that may be allotted, as the book has it or would have it. */
export interface FreeNumber {
  readonly row: OrderNumberTable
  /** where it lies; undefined: it was given back, and has a row in the book */
  readonly stock: NumberStockTable | undefined
}

/** The oldest numbers that are free now, locked: those that were given back, and those that nobody had yet. */
export async function freeNumbers(
  { tx, tenant }: NumberDesk,
  scheme: string,
  of: {
    readonly count: number
    readonly now: number
    /** for what other transactions are taking */
    readonly wait: boolean
    /** numbers may have been given back */
    readonly isBack: boolean
    /** the oldest stock, where it is locked already */
    readonly stock?: NumberStockTable | undefined
  },
): Promise<readonly FreeNumber[]> {
  const { stock: first } = of
  const isEnough = first !== undefined && first.size - first.taken >= of.count
  const stocks = isEnough ? [first] : await lockStock(tx, tenant, scheme, of.count, of.wait)
  const back = of.isBack ? await takeDue(tx, tenant, scheme, 'available', of.now, of.count) : []
  const fresh: FreeNumber[] = []
  for (const stock of stocks) fresh.push(...freshIn(stock, of.count - fresh.length))
  if (back.length === 0) return fresh
  return [...back.map((row): FreeNumber => ({ row, stock: undefined })), ...fresh]
    .sort(({ row: a }, { row: b }) => a.due_at - b.due_at || a.place - b.place)
    .slice(0, of.count)
}

/** The first numbers that are left of a stretch, `most` of them at most. */
export function freshIn(stock: NumberStockTable, most: number): FreeNumber[] {
  const make = makerOf(patternIn(stock))
  return Array.from({ length: Math.min(most, stock.size - stock.taken) }, (_, i) => ({
    stock,
    row: freshNumber(stock, stock.taken + i, make(stock.seq + stock.taken + i)),
  }))
}

const freshNumber = ({ tenant, scheme, place, made_at }: NumberStockTable, nth: number, number: string): OrderNumberTable => ({
  ...{ tenant, scheme, number, state: 'available', due_at: made_at, place: place + nth, generation: 1, request: null, holder: null },
  ...{ reference: null, exposed: 0, block: 0, amount: null, events: 0, created_at: made_at, changed_at: made_at },
})

/** A number of the stock as the book would have it; undefined: it lies in none. */
export async function numberInStock(read: Reader, tenant: string, scheme: string, number: string): Promise<OrderNumberTable | undefined> {
  for (const stock of await listStock(read, tenant, scheme)) {
    const nth = (seqOf(patternIn(stock), number) ?? Number.NaN) - stock.seq
    if (nth >= stock.taken && nth < stock.size) return freshNumber(stock, nth, number)
  }
  return undefined
}

/** Lays numbers aside that were made now, but for those that were made before in another way: the book has them, or the stock. Answers how many are new. */
export async function layAside(
  { tx, tenant, now }: NumberDesk,
  scheme: string,
  pattern: NumberPattern,
  stretches: readonly Pick<NumberStockTable, 'seq' | 'size' | 'place'>[],
): Promise<number> {
  const text = JSON.stringify(pattern)
  const make = makerOf(pattern)
  const [first] = stretches
  // what is allotted meanwhile leaves the stock for the book, so that is read first
  const before = (await listStock(tx, tenant, scheme)).filter(
    (stock) => stock.pattern !== text || stock.seq + stock.size > (first?.seq ?? 0),
  )
  const made = new Set(before.flatMap((stock) => freshIn(stock, stock.size).map(({ row }) => row.number)))
  const rows: NumberStockTable[] = []
  for (const { seq, size, place } of stretches) {
    const numbers = Array.from({ length: size }, (_, i) => make(seq + i))
    const inBook = await numbersInBook(tx, tenant, scheme, numbers)
    let from = 0
    for (let to = 0; to <= size; to++) {
      const number = numbers[to]
      if (number !== undefined && !made.has(number) && !inBook.has(number)) continue
      if (to > from)
        rows.push({ tenant, scheme, place: place + from, seq: seq + from, size: to - from, taken: 0, pattern: text, made_at: now })
      from = to + 1
    }
  }
  await insertStock(tx, rows)
  return rows.reduce((sum, { size }) => sum + size, 0)
}
