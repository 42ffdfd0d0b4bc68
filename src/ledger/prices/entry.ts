import { isDecimal, isZero } from '../../model/decimal.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { PriceEntryTable } from '../../store/tables.ts'
import { productUnits } from '../assemble.ts'
import { keyOf, listOf, refIn, type Shelf, textOf } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { LedgerDocument } from '../types.ts'
import { factorOf, normalUnit, type ProductUnits, saidBy } from '../units.ts'
import type { PriceEntry, PriceStep } from './decide.ts'

export const priceType = 'price-list'

/** The row by which a price is found: a pure function of the document, and of how its product is counted. Its references must have been loaded. */
export function priceRow(shelf: Shelf, document: LedgerDocument): PriceEntryTable {
  const { key, version, body, deleted, status } = document
  const product = keyOf(shelf, refIn(body.product))
  const units = product === undefined ? undefined : productUnits(shelf, product)
  const factors = factorsFor(document, units)
  const entry = entryOf(document, units?.baseUnit ?? 'unknown', factors)
  return {
    tenant: shelf.tenant,
    key,
    version,
    list: entry.list,
    kind: entry.kind,
    product: product ?? '',
    currency: entry.currency,
    tax_basis: entry.taxBasis,
    zone: entry.zone,
    status: deleted ? 'deleted' : (status ?? 'active'),
    base_unit: units?.baseUnit ?? 'unknown',
    factors: JSON.stringify(factors),
    steps: JSON.stringify(entry.steps),
  }
}

/** Base units in each unit that a price names, as far as its product knows them. */
export type Factors = Readonly<Record<string, string>>

function factorsFor(document: LedgerDocument, units: ProductUnits | undefined): Factors {
  if (units === undefined) return {}
  const named = new Set(listOf(document.body.steps).map((step) => unitOf(step, units.baseUnit)))
  return Object.fromEntries(
    [...named].sort().flatMap((unit) => {
      const factor = factorOf(unit, units, saidBy(document))
      return factor === undefined ? [] : [[unit, factor]]
    }),
  )
}

const unitOf = (step: JsonObject, baseUnit: string): string => normalUnit(textOf(step.unit) ?? baseUnit)

/** What a version of a price list says of its product, counted by these factors. */
export function entryOf(
  { key, version, body, deleted, status }: Pick<LedgerDocument, 'key' | 'version' | 'body' | 'deleted' | 'status'>,
  baseUnit: string,
  factors: Factors,
): PriceEntry {
  return {
    key,
    version,
    list: keyText(textOf(body.list) ?? ''),
    kind: textOf(body.kind) ?? 'unknown',
    currency: textOf(body.currency) ?? '',
    taxBasis: textOf(body.taxBasis) ?? 'none',
    zone: textOf(body.zone) ?? 'UTC',
    active: !deleted && (status ?? 'active') === 'active',
    steps: listOf(body.steps).flatMap((step) => stepOf(step, baseUnit, factors)),
  }
}

/** A step whose figures cannot be read is none. */
function stepOf(step: JsonObject, baseUnit: string, factors: Factors): PriceStep[] {
  const unit = unitOf(step, baseUnit)
  const [min, price, per] = [figure(step.minQuantity, '0'), figure(step.price, ''), figure(step.priceQuantity, '1')]
  if (min === undefined || price === undefined || per === undefined || isZero(per)) return []
  return [{ min, unit, factor: factors[unit] ?? null, price, per, from: textOf(step.validFrom) ?? null, to: textOf(step.validTo) ?? null }]
}

function figure(value: Json | undefined, otherwise: string): string | undefined {
  const text = textOf(value) ?? otherwise
  return isDecimal(text) && !text.startsWith('-') ? text : undefined
}

/** A row as the decision reads it. */
export const entryIn = (row: PriceEntryTable): PriceEntry => ({
  key: row.key,
  version: row.version,
  list: row.list,
  kind: row.kind,
  currency: row.currency,
  taxBasis: row.tax_basis,
  zone: row.zone,
  active: row.status === 'active',
  steps: JSON.parse(row.steps) as readonly PriceStep[],
})
