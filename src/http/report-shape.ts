import { type DifferenceKind, differenceKinds, type Heal, type ReconcileReport } from '../pipeline/reconcile-report.ts'
import type { ReportTable } from '../store/tables.ts'
import { anything, count, decimal, described, fields, flag, list, mapOf, nullable, type Of, oneOf, pattern, text, time } from './shape.ts'
import { iso } from './values.ts'

export const day = pattern('^\\d{4}-\\d{2}-\\d{2}$', 'a business date: 2026-11-23')
export const heal = oneOf<Heal>('none', 'pull', 'push')

const side = fields({
  count,
  sums: described(mapOf(decimal), 'exact sums: `amount USD`, `quantity C62`'),
  buckets: described(list(text()), 'one number a bucket of keys: equal when both sides have the same content in it'),
})
const difference = fields({
  kind: described(
    oneOf<DifferenceKind>(...differenceKinds),
    'late: there, not here yet; lost: there and older than the checkpoint; missing-there: here only; duplicated: two records there for one document; edited-there: a field differs; remapped: the current mapping makes another document of the same record; refused: the mapping does not take it',
  ),
  type: text(),
  day: text(),
  externalKey: text(),
  key: nullable(text()),
  byItself: described(flag, "the next live run brings it without anybody's doing"),
  detail: nullable(text()),
  changes: list(fields({ path: text(), before: described(anything, 'here'), after: described(anything, 'there') })),
  heal: described(
    nullable(oneOf<'read-again' | 'replayed' | 'deleted' | 'pushed' | 'held'>('read-again', 'replayed', 'deleted', 'pushed', 'held')),
    'what was done about it, or would be in a dry run; held: waits until a person releases the plan',
  ),
})
const part = fields({
  connection: text(),
  stream: described(text(), 'a stream that was read, or a route whose figures were asked for'),
  from: nullable(text()),
  until: nullable(text()),
  heal,
  dryRun: flag,
  beganAt: time,
  endedAt: time,
  same: flag,
  records: count,
  counts: described(mapOf(count), 'differences by kind, all of them'),
  days: list(fields({ type: text(), day: text(), same: flag, there: side, here: side })),
  differences: described(list(difference), 'the first 1000'),
})

const head = {
  id: text(),
  connection: text(),
  from: nullable(text()),
  until: nullable(text()),
  heal,
  dryRun: flag,
  same: described(flag, 'both sides have the same documents with the same content'),
  differences: count,
  askedBy: text(),
  createdAt: time,
}
export const reportHead = fields(head)
export const report = fields({ ...head, parts: list(part) })

export const headOf = (row: Omit<ReportTable, 'body'>): Of<typeof reportHead> => ({
  id: row.id,
  connection: row.connection,
  from: row.from_day,
  until: row.until_day,
  heal: row.heal,
  dryRun: row.dry_run === 1,
  same: row.same === 1,
  differences: row.differences,
  askedBy: row.asked_by,
  createdAt: iso(row.created_at),
})

export const partsOf = (row: ReportTable): readonly ReconcileReport[] => JSON.parse(row.body) as readonly ReconcileReport[]
export const reportOf = (row: ReportTable): Of<typeof report> => ({ ...headOf(row), parts: partsOf(row) })
