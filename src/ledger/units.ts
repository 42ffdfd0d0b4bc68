import { DecimalError, multiply, quantityScale, round, toScaled } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { codeDate, holdsOn, speaksTo, specificity } from './codes.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** What a product says about counting it. */
export interface ProductUnits {
  readonly baseUnit: string
  /** pack unit -> base units in it, as decimal text */
  readonly packs: ReadonlyMap<string, string>
  /** services are ordered, never stocked */
  readonly stocked: boolean
  /** what was saved of its packs, by connection and time: it goes before `packs` */
  readonly factors: readonly CodeTable[]
  /** what is known of single pieces: nothing, their lot, or a number of each */
  readonly tracking: 'none' | 'lot' | 'serial'
}

/** Who says a quantity, and on which business date: a carton may hold another number there and then. */
export interface Said {
  readonly connection: string
  readonly date: string
}
/** A document without any date has only the packs that hold at all times. */
export const saidBy = ({ origin, businessDate, body }: LedgerDocument): Said => ({
  connection: origin,
  date: codeDate(businessDate, body, 0),
})

const pieces: ReadonlySet<string> = new Set(['EA', 'C62', 'H87', 'PCE'])
/** Pieces have one normal form (canonical model, section 2). */
export const normalUnit = (unit: string): string => (pieces.has(unit) ? 'EA' : unit)

export function unitsOf(product: JsonObject, factors: readonly CodeTable[] = []): ProductUnits {
  const packs = new Map<string, string>()
  for (const { unit, factor } of listOf(product.packs))
    if (typeof unit === 'string' && typeof factor === 'string') packs.set(normalUnit(unit), factor)
  const tracking = product.tracking === 'lot' || product.tracking === 'serial' ? product.tracking : 'none'
  return { baseUnit: normalUnit(textOf(product.baseUnit) ?? 'unknown'), packs, stocked: product.kind !== 'service', factors, tracking }
}

/**
 * A quantity in the product's base unit, x 10^6. undefined when the unit is neither the base unit nor a pack of the product, or the figure leaves the range: no
 * unit is ever guessed.
 */
export function toBase(quantity: string, unit: string, product: ProductUnits, said: Said): bigint | undefined {
  const factor = factorOf(unit, product, said)
  return factor === undefined ? undefined : scaled(quantity, factor)
}

/** Base units in one of a unit, as decimal text; undefined when it is neither the base unit nor a pack of the product. */
export function factorOf(unit: string, product: ProductUnits, said: Said): string | undefined {
  const quoted = normalUnit(unit)
  if (quoted === 'unknown') return undefined
  return quoted === product.baseUnit ? '1' : (savedFactor(product, quoted, said) ?? product.packs.get(quoted))
}

function savedFactor({ factors }: ProductUnits, unit: string, { connection, date }: Said): string | undefined {
  let best: CodeTable | undefined
  for (const row of factors)
    if (row.factor !== null && normalUnit(row.hub) === unit && speaksTo(row, { connection }) && holdsOn(row, date))
      if (best === undefined || specificity(row) > specificity(best)) best = row
  return best?.factor ?? undefined
}

/** A quantity times a factor, x 10^6; undefined when it is no decimal or leaves the range of SQL. */
export function scaled(quantity: string, factor = '1'): bigint | undefined {
  try {
    return toScaled(round(multiply(quantity, factor), quantityScale, 'half-up'), quantityScale)
  } catch (error) {
    if (error instanceof DecimalError) return undefined
    throw error
  }
}
