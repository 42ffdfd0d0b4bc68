import { DecimalError, multiply, quantityScale, round, toScaled } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { listOf, textOf } from './shelf.ts'

/** What a product says about counting it. */
export interface ProductUnits {
  readonly baseUnit: string
  /** pack unit -> base units in it, as decimal text */
  readonly packs: ReadonlyMap<string, string>
  /** services are ordered, never stocked */
  readonly stocked: boolean
}

const pieces: ReadonlySet<string> = new Set(['EA', 'C62', 'H87', 'PCE'])
/** Pieces have one normal form (canonical model, section 2). */
export const normalUnit = (unit: string): string => (pieces.has(unit) ? 'EA' : unit)

export function unitsOf(product: JsonObject): ProductUnits {
  const packs = new Map<string, string>()
  for (const { unit, factor } of listOf(product.packs))
    if (typeof unit === 'string' && typeof factor === 'string') packs.set(normalUnit(unit), factor)
  return { baseUnit: normalUnit(textOf(product.baseUnit) ?? 'unknown'), packs, stocked: product.kind !== 'service' }
}

/**
 * A quantity in the product's base unit, x 10^6. undefined when the unit is neither the base unit nor a pack of the product, or the figure leaves the range: no
 * unit is ever guessed.
 */
export function toBase(quantity: string, unit: string, product: ProductUnits): bigint | undefined {
  const quoted = normalUnit(unit)
  if (quoted === 'unknown') return undefined
  const factor = quoted === product.baseUnit ? '1' : product.packs.get(quoted)
  return factor === undefined ? undefined : scaled(quantity, factor)
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
