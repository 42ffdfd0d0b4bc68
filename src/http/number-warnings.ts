import { signalKinds } from '../ledger/numbers/forecast.ts'
import { settle } from '../ledger/numbers/warn.ts'
import { insertSignal, listResponses } from '../store/number-warning.ts'
import type { NumberResponseTable } from '../store/tables-numbers.ts'
import { onDesk } from './order-numbers.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { decimal, described, fields, nullable, type Of, oneOf, optional, pattern, text, time, whole } from './shape.ts'
import { epochOr, id, iso, isoOrNull, name, note } from './values.ts'

const tag = 'order numbers'
const response = fields({
  id: text(),
  scheme: text(),
  level: oneOf('ok', 'warn', 'critical'),
  action: text(),
  assignee: text(),
  state: oneOf('proposed', 'open', 'refused', 'done', 'failed'),
  at: time,
  settledAt: nullable(time),
  settledBy: nullable(text()),
  outcome: nullable(text()),
})
const shown = (row: NumberResponseTable): Of<typeof response> => ({
  ...{ id: row.id, scheme: row.scheme, level: row.level as Of<typeof response>['level'], action: row.action, assignee: row.assignee },
  ...{ state: row.state, at: iso(row.at), settledAt: isoOrNull(row.settled_at), settledBy: row.settled_by, outcome: row.outcome },
})
const longest = 30 * 86_400_000

/** Early warning: what may move demand comes in, and what was done about alerts is recorded. The keys of suppliers and merchants are not let in. */
export const numberWarningRoutes = [
  writeRoute({
    id: 'postSignal',
    method: 'POST',
    path: '/v1/signals',
    tag,
    scope: 'write',
    audit: { act: 'signal', asked: ['kind', 'factor', 'scheme', 'source'], answered: ['id'] },
    summary: { en: 'Tell that demand for numbers will be so many times as large', zh: '提交信号：预计号码需求变为原来的若干倍' },
    body: fields({
      kind: described(oneOf(...signalKinds), 'supply and transport, page visits, advertising, emergency, search heat'),
      factor: described(pattern('^[0-9]{1,3}(\\.[0-9]{1,6})?$', 'a decimal number as text'), '1: as before, 2: twice as much'),
      at: optional(described(time, 'when it begins; now when left out')),
      halfLifeMs: optional(described(whole(60_000, longest), 'after which half of it is left; a day when left out')),
      scheme: optional(described(name, 'for one scheme; for all when left out')),
      source: optional(described(text(191), 'who knows it')),
    }),
    answer: fields({ id: text(), at: time, factor: decimal }),
    effect: async (tx, { hub, body, who }) => {
      const now = await hub.database.now()
      const at = epochOr('at', body.at) ?? now
      if (at > now + longest) throw invalid([{ in: 'body', path: '/at', message: 'must be within the next 30 days' }])
      const { kind, factor, scheme = '', source = who.id, halfLifeMs = 86_400_000 } = body
      const row = { tenant: hub.tenant, id: hub.newId(), scheme, kind, factor, at, half_life_ms: halfLifeMs, source, actor: who.id }
      await insertSignal(tx, row)
      return { body: { id: row.id, at: iso(at), factor } }
    },
  }),
  route({
    id: 'listNumberResponses',
    method: 'GET',
    path: '/v1/order-numbers/responses',
    tag,
    scope: 'read',
    summary: { en: 'Preset responses to alerts of a scheme and what came of them, newest first', zh: '方案预警的预设响应及结果，最新在前' },
    query: { scheme: name, ...paging },
    answer: pageOf(response),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const of = { ...(before === undefined ? {} : { before }), limit: limit + 1 }
      const rows = await listResponses(hub.database.read, hub.tenant, query.scheme, of)
      return { body: toPage(rows, limit, (row) => [row.id], shown) }
    },
  }),
  writeRoute({
    id: 'settleNumberResponse',
    method: 'POST',
    path: '/v1/order-numbers/responses/{id}/settle',
    tag,
    scope: 'write',
    audit: { act: 'number-response', asked: ['to', 'outcome'], answered: ['id', 'action'] },
    summary: { en: 'Approve or refuse a proposed response, or record what came of one', zh: '批准或拒绝响应，或记录其结果' },
    params: { id },
    body: fields({ to: described(oneOf('open', 'refused', 'done', 'failed'), 'open: approved'), outcome: optional(note) }),
    answer: response,
    effect: (tx, call) => onDesk(tx, call, (desk) => settle(desk, call.params.id, call.body.to, call.body.outcome ?? null), shown),
  }),
]
