import { sha256 } from '../model/id.ts'
import { closeAlarm, openAlarms, raiseAlarm } from '../store/alarm.ts'
import type { Tx } from '../store/database.ts'
import { countNotices, insertNotices } from '../store/notice.ts'
import type { AlarmTable, NoticeTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/** Something that is not as it should be now. One subject has one alarm for as long as that is so. */
export interface Condition {
  readonly subject: string
  readonly kind: AlarmKind
  readonly connection: string
  readonly stream?: string
  /** for people, in English; other languages are made from kind and detail */
  readonly message: string
  readonly detail?: object
}
export type AlarmKind =
  | 'silence'
  | 'stale'
  | 'connection'
  | 'subscription'
  | 'deletes'
  | 'figures'
  | 'reconcile'
  | 'backfill'
  | 'drift'
  | 'sunset'
  | 'verify'
  | 'findings'
  | 'shipping'
  | 'parked'
  | 'contract-ends'
  | 'events'
  | 'returns'
  | 'numbers'
  | 'deposits'

/** Messages one channel gets in an hour; alarms beyond that are rows only. */
export const mostNotices = 60
const hourMs = 3_600_000

/**
 * Makes the open alarms what the conditions say: opens what is new, closes what is over, and writes the messages that go outward, in one transaction. Answers the alarms that were opened.
 */
export async function settleAlarms(
  context: Context,
  tx: Tx,
  conditions: readonly Condition[],
  now: number,
): Promise<readonly AlarmTable[]> {
  const { tenant } = context
  const before = await openAlarms(tx, tenant)
  const opened: AlarmTable[] = []
  for (const condition of conditions) {
    const row = rowOf(context, condition, now)
    if (await raiseAlarm(tx, row)) opened.push(row)
  }
  const subjects = new Set(conditions.map(({ subject }) => stored(subject)))
  const over: AlarmTable[] = []
  for (const { subject } of before)
    if (!subjects.has(subject)) {
      const closed = await closeAlarm(tx, tenant, subject, now)
      if (closed !== undefined) over.push(closed)
    }
  await writeNotices(
    context,
    tx,
    [...opened.map((alarm) => ({ alarm, event: 'opened' as const })), ...over.map((alarm) => ({ alarm, event: 'closed' as const }))],
    now,
  )
  return opened
}

function rowOf({ tenant, newId }: Context, condition: Condition, now: number): AlarmTable {
  const { kind, connection, stream, message, detail } = condition
  const subject = stored(condition.subject)
  return {
    tenant,
    id: newId(),
    subject,
    open_subject: subject,
    kind,
    connection: connection === '' ? null : connection,
    stream: stream ?? null,
    message,
    detail: detail === undefined ? null : JSON.stringify(detail),
    times: 1,
    opened_at: now,
    seen_at: now,
    closed_at: null,
  }
}

/** A subject as its column holds it. */
export const stored = (subject: string): string => (subject.length > 191 ? sha256(subject) : subject)

/** A message for each channel that wants it. A flood on one channel is cut: the alarms themselves are all there. */
async function writeNotices(
  context: Context,
  tx: Tx,
  events: readonly { readonly alarm: AlarmTable; readonly event: NoticeTable['event'] }[],
  now: number,
): Promise<void> {
  if (events.length === 0) return
  for (const channel of context.catalogue().channels.values()) {
    const wanted = events.filter(({ alarm }) => channel.kinds === undefined || channel.kinds.includes(alarm.kind))
    const room = Math.max(0, mostNotices - (await countNotices(tx, context.tenant, channel.name, now - hourMs)))
    if (wanted.length > room)
      context.log.warn({ channel: channel.name, alarms: wanted.length, told: room }, 'more alarms than a channel is told of in an hour')
    await insertNotices(
      tx,
      wanted.slice(0, room).map(({ alarm, event }) => ({
        tenant: context.tenant,
        id: context.newId(),
        channel: channel.name,
        alarm: alarm.id,
        event,
        body: JSON.stringify(bodyOf(context.tenant, alarm, event, now)),
        state: 'due',
        due_at: now,
        lease_until: 0,
        lease_token: null,
        attempts: 0,
        last_error: null,
        created_at: now,
        ended_at: null,
      })),
    )
  }
}

/** What goes outward, in the form of Standard Webhooks. */
function bodyOf(tenant: string, alarm: AlarmTable, event: NoticeTable['event'], now: number): object {
  const { id, subject, kind, connection, stream, message, detail, opened_at, closed_at } = alarm
  return {
    type: `alarm.${event}`,
    timestamp: new Date(now).toISOString(),
    data: {
      id,
      tenant,
      subject,
      kind,
      connection,
      stream,
      message,
      detail: detail === null ? null : JSON.parse(detail),
      openedAt: new Date(opened_at).toISOString(),
      closedAt: closed_at === null ? null : new Date(closed_at).toISOString(),
    },
  }
}
