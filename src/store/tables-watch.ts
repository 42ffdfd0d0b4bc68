import type { Trait } from '../model/record-shape.ts'
import type { Bool } from './tables.ts'

/** What is done by the clock. `pull` reads a stream from its checkpoint, `full` reads it whole, `ids` compares its keys, `subscription` looks after the webhooks of a connection, `reconcile` compares a connection with the ledger, `watch` looks for silence, `verify` holds the ledger against its documents, `late` looks for what was not shipped or delivered in time, `statements` makes those of the month that ended. */
export type JobKind =
  | 'pull'
  | 'full'
  | 'ids'
  | 'subscription'
  | 'reconcile'
  | 'watch'
  | 'retention'
  | 'verify'
  | 'late'
  | 'replenish'
  | 'statements'

/**
 * One row per job. `timing` is JSON of the model's Timing, `every_ms` the span between two runs as far as it is known. `wanted_at`: somebody asked for a run before its time. `since`: when the row was made;
 * `last_skipped_at`: a run that was missed and left out.
 */
export interface ScheduleTable {
  tenant: string
  connection: string
  stream: string
  kind: JobKind
  timing: string
  every_ms: number
  next_at: number
  wanted_at: number | null
  paused_at: number | null
  lease_until: number
  lease_token: string | null
  fails: number
  since: number
  last_started_at: number | null
  last_ended_at: number | null
  last_good_at: number | null
  last_skipped_at: number | null
  last_error: string | null
}
/** The first whole read of a stream. `signed` is JSON of the counts that a person accepted. */
export interface BaselineTable {
  tenant: string
  connection: string
  stream: string
  pages: number
  records: number
  started_at: number
  ended_at: number | null
  signed_at: number | null
  signed_by: string | null
  signed: string | null
}
/** A range of a stream read beside the live runs. `position` is JSON as in the table cursor. `quiet`: what first appears makes no commands. */
export interface BackfillTable {
  tenant: string
  id: string
  connection: string
  stream: string
  kind: 'range' | 'full' | 'gap'
  from_at: number | null
  until_at: number
  position: string | null
  quiet: Bool
  pages_per_minute: number
  pages: number
  records: number
  state: 'open' | 'paused' | 'done' | 'failed' | 'cancelled'
  reason: string | null
  next_at: number
  lease_until: number
  lease_token: string | null
  fails: number
  asked_by: string
  created_at: number
  ended_at: number | null
}
/** What would change so much that a person has to look first. `stream` is a route for `figures`. `keys` is JSON of the keys. */
export interface PlanTable {
  tenant: string
  id: string
  kind: 'deletes' | 'snapshot' | 'figures'
  connection: string
  stream: string
  affected: number
  total: number
  limit_percent: number
  keys: string
  state: 'held' | 'released' | 'refused' | 'done'
  created_at: number
  decided_at: number | null
  decided_by: string | null
}
/** One trait of a stream's records. `how`: seen in the first read, learned in the first day of a stream without one, or a change after it. `former` is JSON of the types or words before; `accepted_at` null: a change that waits for a person. */
export interface ShapeTable {
  tenant: string
  connection: string
  stream: string
  hash: string
  id: string
  path: string
  type: Trait['type']
  word: string
  how: 'first' | 'early' | 'drift'
  former: string | null
  example: string | null
  envelope: string
  seen_at: number
  accepted_at: number | null
  accepted_by: string | null
}
/** What a partner says of the end of its API. `at`: from then on; `told_by`: the call whose answer said it last. */
export interface AnnouncementTable {
  tenant: string
  connection: string
  hash: string
  kind: 'sunset' | 'deprecation' | 'version'
  at: number | null
  link: string | null
  words: string | null
  told_by: string
  first_at: number
  seen_at: number
}
/** A figure of a route that is about to fall at the partner, or did a while ago. */
export interface FallTable {
  tenant: string
  route: string
  key: string
  at: number
  /** a person let it go */
  released: Bool
}
/** One comparison of a connection with the ledger; `body` is JSON of what each stream and route showed. Days are business dates. */
export interface ReportTable {
  tenant: string
  id: string
  connection: string
  from_day: string | null
  until_day: string | null
  heal: 'none' | 'pull' | 'push'
  dry_run: Bool
  same: Bool
  differences: number
  body: string
  asked_by: string
  created_at: number
}
/** The ledger held against its documents once. `checked` is JSON of rows by table, `body` JSON of the differences; `whole` 0: it ended before it had seen everything; `mended`: names derived again, null when nobody asked for it. */
export interface VerificationTable {
  tenant: string
  id: string
  started_at: number
  ended_at: number
  whole: Bool
  differences: number
  mended: number | null
  checked: string
  body: string
  asked_by: string
}
/** What a person did to the machinery; `detail` is JSON with what stood before and after. */
export interface AuditTable {
  tenant: string
  id: string
  at: number
  who: string
  act: string
  connection: string | null
  stream: string | null
  detail: string | null
}
/** Webhooks of one topic in one hour (epoch hours). */
export interface TrafficTable {
  tenant: string
  connection: string
  topic: string
  hour: number
  events: number
  last_at: number
}
/** `open_subject` is the subject while it is open: there is one open alarm for each. */
export interface AlarmTable {
  tenant: string
  id: string
  subject: string
  open_subject: string | null
  kind: string
  connection: string | null
  stream: string | null
  message: string
  detail: string | null
  times: number
  opened_at: number
  seen_at: number
  closed_at: number | null
}
/** One message about an alarm on one channel; `body` is frozen when it is made. */
export interface NoticeTable {
  tenant: string
  id: string
  channel: string
  alarm: string
  event: 'opened' | 'closed'
  body: string
  state: 'due' | 'sent' | 'dead'
  due_at: number
  lease_until: number
  lease_token: string | null
  attempts: number
  last_error: string | null
  created_at: number
  ended_at: number | null
}
