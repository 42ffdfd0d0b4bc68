import type { FieldChange } from '../model/difference.ts'
import type { DayTally } from './reconcile-tally.ts'

/**
 * - `late`: there, not here yet; the next live run brings it by itself
 * - `lost`: there and older than the checkpoint, never seen here: no live run brings it
 * - `missing-there`: here, and the partner does not have it (any more)
 * - `duplicated`: two records there for one document here
 * - `edited-there`: on both sides, and a field differs
 * - `remapped`: the partner changed nothing, but the current mapping makes another document of the same record
 * - `refused`: there, and the mapping or the schema does not take it
 */
export const differenceKinds = ['late', 'lost', 'missing-there', 'duplicated', 'edited-there', 'remapped', 'refused'] as const
export type DifferenceKind = (typeof differenceKinds)[number]

export type Heal = 'none' | 'pull' | 'push'

export interface ReconcileAsk {
  readonly connection: string
  readonly stream: string
  /** business dates, both inclusive; null: without bound */
  readonly from: string | null
  readonly until: string | null
  readonly heal: Heal
  /** says what healing would do, and does nothing */
  readonly dryRun: boolean
}

/** One document that differs. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly type: string
  readonly day: string
  /** key of the record at the partner */
  readonly externalKey: string
  /** key here */
  readonly key: string | null
  /** the next live run brings it without anybody's doing */
  readonly byItself: boolean
  readonly detail: string | null
  /** `before`: here; `after`: there */
  readonly changes: readonly FieldChange[]
  /** what was done about it, or would be in a dry run */
  readonly heal: 'read-again' | 'replayed' | 'deleted' | 'pushed' | 'held' | null
}

/** What one comparison of a stream, or of the figures that a route keeps there, found. */
export interface ReconcileReport extends ReconcileAsk {
  readonly beganAt: string
  readonly endedAt: string
  /** both sides have the same documents with the same content */
  readonly same: boolean
  readonly records: number
  readonly counts: Readonly<Record<DifferenceKind, number>>
  readonly days: readonly DayTally[]
  /** the first of them; `counts` is of all */
  readonly differences: readonly Difference[]
}

/** Differences a report shows, and fields of one of them. */
export const maxDifferences = 1000
export const maxFields = 20

export interface Findings {
  readonly counts: Record<DifferenceKind, number>
  readonly differences: Difference[]
}
export const openFindings = (): Findings => ({
  counts: { late: 0, lost: 0, 'missing-there': 0, duplicated: 0, 'edited-there': 0, remapped: 0, refused: 0 },
  differences: [],
})

export function note(findings: Findings, difference: Difference): void {
  findings.counts[difference.kind]++
  if (findings.differences.length < maxDifferences) findings.differences.push(difference)
}

export const isSame = ({ counts }: Findings): boolean => Object.values(counts).every((count) => count === 0)
