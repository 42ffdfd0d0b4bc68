import { isDecimal } from '../model/decimal.ts'

/** Values of one record by field name. */
export type Fields = Readonly<Record<string, string>>
/** Records by the name that both sides know them by; more than one of a name is a double. */
export type Records = ReadonlyMap<string, readonly Fields[]>

/** One kind of record on both sides. */
export interface Pairing {
  readonly name: string
  readonly ledger: Records
  readonly systems: Records
}

export interface Compared {
  readonly name: string
  readonly ledger: number
  readonly systems: number
  /** fields that were held side by side */
  readonly fields: number
  /** records that stand on one side only */
  readonly lost: readonly string[]
  /** names that stand more than once on one side */
  readonly doubled: readonly string[]
  /** fields that differ, each with both values */
  readonly differences: readonly string[]
}

/** Holds every record of one side against its twin on the other, field by field. Decimals are equal when their values are: 5, 5.0 and 5.000000. */
export function compareRecords({ name, ledger, systems }: Pairing): Compared {
  const names = [...new Set([...ledger.keys(), ...systems.keys()])]
  const lost: string[] = []
  const doubled: string[] = []
  const differences: string[] = []
  let fields = 0
  for (const key of names) {
    const ours = ledger.get(key) ?? []
    const theirs = systems.get(key) ?? []
    if (ours.length > 1) doubled.push(`${name} ${key}: ${ours.length} in the ledger`)
    if (theirs.length > 1) doubled.push(`${name} ${key}: ${theirs.length} in the systems`)
    const [left] = ours
    const [right] = theirs
    if (!left) lost.push(`${name} ${key}: not in the ledger`)
    if (!right) lost.push(`${name} ${key}: in the ledger only`)
    if (!left || !right) continue
    for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
      fields += 1
      const [ledgerValue, systemValue] = [plain(left[field]), plain(right[field])]
      if (ledgerValue !== systemValue) differences.push(`${name} ${key}, ${field}: ledger ${ledgerValue}, system ${systemValue}`)
    }
  }
  return { name, ledger: count(ledger), systems: count(systems), fields, lost, doubled, differences }
}

/** Rows as records by name. */
export function recordsOf<R>(rows: Iterable<R>, nameOf: (row: R) => string, fieldsOf: (row: R) => Fields): Records {
  return new Map([...Map.groupBy(rows, nameOf)].map(([name, group]) => [name, group.map(fieldsOf)]))
}

const count = (records: Records): number => [...records.values()].reduce((sum, group) => sum + group.length, 0)

/** A value without zeros that say nothing. */
export function plain(value: string | undefined): string {
  if (value === undefined) return 'missing'
  if (!isDecimal(value)) return value
  return value.includes('.') ? value.replace(/\.?0+$/, '') : value
}
