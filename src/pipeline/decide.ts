import { compareVersion } from '../ledger/version.ts'
import type { EnvelopeReason, EnvelopeState } from '../model/envelope.ts'
import { goneHash } from '../store/record.ts'
import type { EnvelopeTable, RecordTable } from '../store/tables.ts'

/** Whether a record goes on to its parts, or how it is settled before. */
export type Decision =
  | { readonly kind: 'apply' }
  | { readonly kind: 'settle'; readonly state: EnvelopeState; readonly reason: EnvelopeReason | null; readonly refetch?: true }

const apply: Decision = { kind: 'apply' }
const settle = (state: EnvelopeState, reason: EnvelopeReason | null = null): Decision => ({ kind: 'settle', state, reason })
const poke: Decision = { kind: 'settle', state: 'ignored', reason: 'refetch', refetch: true }

/**
 * What a record's version makes of it (canonical model section 4; design.md invariants 2 and 5), compared only with the last record of the same (connection, stream, key)
 * that took effect. Pure. `again`: the stream can read one record by its key; then whatever cannot be ordered is asked for again, and the answer (`authoritative`) counts.
 * Without that, a record without version follows the time it was read, and two contents of one version are a conflict for a person. `additive`: the record only adds facts, so that any other content counts.
 */
export function decide(
  last: RecordTable | undefined,
  envelope: EnvelopeTable,
  of: { readonly again: boolean; readonly byTimeOfReading: boolean; readonly additive?: boolean },
): Decision {
  // the same envelope again: a replay, or one whose parts had settled only in part
  if (last === undefined || last.envelope === envelope.id) return apply
  const authoritative = envelope.authoritative === 1
  if (of.additive && envelope.op !== 'delete') return last.body_hash === envelope.body_hash ? settle('unchanged') : apply
  if (envelope.op === 'delete') return decideDelete(last, envelope, authoritative)
  const order = compareVersion(
    { version: last.version, bodyHash: last.body_hash },
    { version: envelope.version, bodyHash: envelope.body_hash, authoritative },
  )
  if (last.body_hash === goneHash && order !== 'older' && !authoritative) return of.again ? poke : byReading(last, envelope)
  switch (order) {
    case 'newer':
      return apply
    case 'older':
      return settle('stale')
    case 'same':
      return settle('unchanged')
    case 'differs':
      if (of.byTimeOfReading) return byReading(last, envelope)
      if (of.again) return poke
      return envelope.version === null || last.version === null ? byReading(last, envelope) : settle('dead', 'conflict')
  }
}

/** A delete that states no version is not older than what is known; one that was seen already changes nothing. */
function decideDelete(last: RecordTable, envelope: EnvelopeTable, authoritative: boolean): Decision {
  if (last.body_hash === goneHash) return settle('unchanged')
  if (authoritative || envelope.version === null || last.version === null) return apply
  const order = compareVersion({ version: last.version, bodyHash: '' }, { version: envelope.version, bodyHash: '', authoritative })
  return order === 'older' ? settle('stale') : apply
}

const byReading = (last: RecordTable, envelope: EnvelopeTable): Decision => (envelope.as_of >= last.at ? apply : settle('stale'))
