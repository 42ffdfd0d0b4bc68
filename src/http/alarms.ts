import { findAlarm, listAlarms } from '../store/alarm.ts'
import { noticesOf } from '../store/notice.ts'
import type { AlarmTable, NoticeTable } from '../store/tables.ts'
import { clean } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound } from './problem.ts'
import { type Call, route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { id, iso, isoOrNull, stored } from './values.ts'

const notice = fields({
  channel: text(),
  event: oneOf<NoticeTable['event']>('opened', 'closed'),
  state: oneOf<NoticeTable['state']>('due', 'sent', 'dead'),
  attempts: count,
  dueAt: time,
  error: nullable(text()),
})
const alarm = fields({
  id: text(),
  subject: described(text(), 'what it is about; there is one open alarm for each'),
  kind: text(),
  state: oneOf<'open' | 'closed'>('open', 'closed'),
  connection: nullable(text()),
  stream: nullable(text()),
  message: text(),
  detail: anything,
  openedAt: time,
  seenAt: described(time, 'when it was the case last'),
  closedAt: nullable(time),
  notices: list(notice),
})

const shown = (row: AlarmTable, notices: readonly NoticeTable[], call: Call): Of<typeof alarm> => ({
  id: row.id,
  subject: row.subject,
  kind: row.kind,
  state: row.closed_at === null ? 'open' : 'closed',
  connection: row.connection,
  stream: row.stream,
  message: clean(call.desk.options, row.message),
  detail: row.detail === null ? null : stored(clean(call.desk.options, row.detail)),
  openedAt: iso(row.opened_at),
  seenAt: iso(row.seen_at),
  closedAt: isoOrNull(row.closed_at),
  notices: notices
    .filter((one) => one.alarm === row.id)
    .map((one) => ({
      channel: one.channel,
      event: one.event,
      state: one.state,
      attempts: one.attempts,
      dueAt: iso(one.due_at),
      error: one.last_error === null ? null : clean(call.desk.options, one.last_error),
    })),
})

const tag = 'alarms'

export const alarmRoutes = [
  route({
    id: 'listAlarms',
    method: 'GET',
    path: '/v1/alarms',
    tag,
    scope: 'read',
    summary: {
      en: 'What is not as it should be: silence, staleness, held deletes …; newest first, with who was told',
      zh: '异常告警：静默、过期、待放行的删除等；最新在前，附通知状态',
    },
    query: { open: optional(described(flag, 'true: only open ones; false: only closed ones')), ...paging },
    answer: pageOf(alarm),
    handle: async (call) => {
      const limit = pageLimit(call.query.limit)
      const [before] = readCursor(call.query.after, 1) ?? []
      const { open } = call.query
      const { database, tenant } = call.hub
      const rows = await listAlarms(database.read, tenant, {
        ...(open === undefined ? {} : { open }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      const notices = await noticesOf(
        database.read,
        tenant,
        rows.map((row) => row.id),
      )
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => shown(row, notices, call),
        ),
      }
    },
  }),
  route({
    id: 'getAlarm',
    method: 'GET',
    path: '/v1/alarms/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One alarm', zh: '一个告警' },
    params: { id },
    answer: alarm,
    handle: async (call) => {
      const { database, tenant } = call.hub
      const row = await findAlarm(database.read, tenant, call.params.id)
      if (row === undefined) throw notFound()
      return { body: shown(row, await noticesOf(database.read, tenant, [row.id]), call) }
    },
  }),
]
