import type { DerivedTable } from '../../store/derived-tables.ts'
import { differs, rowName } from '../rows.ts'
import type { DocumentName } from '../shelf.ts'

/** A derived row that is not what the documents say; JSON of the rows, null for one that should not be there or is missing. */
export interface Difference {
  readonly table: string
  readonly key: string
  readonly stored: string | null
  readonly computed: string | null
  /** the order, product, parcel or document whose figures it belongs to: deriving those again mends it */
  readonly of: DocumentName
  /** of a finding: its names */
  readonly finding?: FindingName
}

export interface FindingName extends DocumentName {
  readonly code: string
  readonly path: string
  /** order that a finding about it names */
  readonly order?: string
}

export type CheckedTable =
  | DerivedTable
  | 'finding'
  | 'number_count'
  | 'account'
  | 'book'
  | 'order_cost'
  | 'transfer'
  | 'statement'
  | 'deposit'
  | 'deposit_order'
  | 'deposit_payment'

/** Rows looked at, by table, and what differs among them. */
export interface Check {
  readonly checked: Partial<Record<CheckedTable, number>>
  readonly differences: readonly Difference[]
}

export function together(...checks: readonly Check[]): Check {
  const sums: Partial<Record<CheckedTable, number>> = {}
  for (const { checked } of checks)
    for (const [table, count] of Object.entries(checked) as [CheckedTable, number][]) sums[table] = (sums[table] ?? 0) + count
  return { checked: sums, differences: checks.flatMap(({ differences }) => differences) }
}

/** Compares rows by their names. `of`: whose figures a row belongs to. */
export function compareRows<R extends object>(
  table: DerivedTable,
  stored: readonly R[],
  computed: readonly R[],
  nameOf: (row: R) => readonly string[],
  of: (row: R) => DocumentName,
): Check {
  const before = new Map(stored.map((row) => [rowName(...nameOf(row)), row]))
  const now = new Map(computed.map((row) => [rowName(...nameOf(row)), row]))
  const differences: Difference[] = []
  const name = (row: R) => nameOf(row).join(' ').trimEnd()
  for (const [key, row] of now)
    if (differs(before.get(key), row))
      differences.push({ table, key: name(row), stored: jsonOf(before.get(key)), computed: jsonOf(row), of: of(row) })
  for (const [key, row] of before)
    if (!now.has(key)) differences.push({ table, key: name(row), stored: jsonOf(row), computed: null, of: of(row) })
  return { checked: { [table]: new Set([...before.keys(), ...now.keys()]).size }, differences }
}

const jsonOf = (row: object | undefined): string | null =>
  row === undefined ? null : JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))
