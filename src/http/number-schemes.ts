import { historyOf } from '../ledger/numbers/history.ts'
import { putScheme, switchScheme } from '../ledger/numbers/put-scheme.ts'
import { absentScheme, defaultScheme, type SchemeSettings } from '../ledger/numbers/scheme.ts'
import { numberStats } from '../ledger/numbers/stats.ts'
import { numberInStock } from '../ledger/numbers/stock.ts'
import { levelNow, outlook } from '../ledger/numbers/warn.ts'
import { amountScale, fromScaled } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { listDecisions } from '../store/number-count.ts'
import { findNumber, findScheme, listSchemes } from '../store/order-number.ts'
import type { Exact } from '../store/tables.ts'
import type { NumberSchemeTable } from '../store/tables-numbers.ts'
import { onDesk } from './order-numbers.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route, writeRoute } from './route.ts'
import {
  anything,
  count,
  decimal,
  described,
  fields,
  flag,
  list,
  mapOf,
  nullable,
  type Of,
  oneOf,
  optional,
  text,
  time,
  whole,
} from './shape.ts'
import { iso, isoOrNull, name, note, stored } from './values.ts'

const tag = 'order numbers'
const days = 86_400_000
const settings = fields({
  format: described(text(200), 'text with {biz}, {shop}, {ts:yyyyMMdd,Asia/Shanghai}, {seq:6,day} and {check:mod97} or {check:luhn}'),
  alphabet: optional(described(text(62), 'of the sequence: digits, crockford, or characters of your own')),
  maxLength: optional(whole(1, 64)),
  values: optional(described(mapOf(text(40)), 'what {biz} and {shop} stand for')),
  low: optional(described(whole(1, 100_000), 'numbers are made when fewer are available')),
  high: optional(described(whole(1, 100_000), 'up to so many')),
  batch: optional(whole(1, 1000)),
  leaseMs: optional(whole(1000, 365 * days)),
  quarantineMs: optional(described(whole(0, 365 * days), 'how long a number rests before it is used again')),
  exposed: optional(
    described(flag, 'numbers count as shown outside from their allotment on, and are never used again; true when left out'),
  ),
  halfLifeMs: optional(described(whole(60_000, 30 * days), 'how fast the rate of requests forgets')),
  warnAt: optional(described(whole(0, 1_000_000_000), 'numbers left')),
  criticalAt: optional(whole(0, 1_000_000_000)),
  warnMs: optional(described(whole(0, 365 * days), 'time until they are gone')),
  criticalMs: optional(whole(0, 365 * days)),
  autoStop: optional(described(flag, 'the hub stops the business at the worst level, and resumes it, without asking')),
  playbook: optional(
    list(fields({ on: oneOf('ok', 'warn', 'critical'), action: text(1000), assignee: text(191), approval: optional(flag) }), 50),
  ),
})
const schemeShape = fields({
  name: text(),
  version: count,
  settings: anything,
  generation: oneOf('on', 'off'),
  business: oneOf('open', 'stopped'),
  changedAt: time,
  changedBy: text(),
})
const shown = (row: NumberSchemeTable): Of<typeof schemeShape> => ({
  name: row.name,
  version: row.version,
  settings: stored(row.settings),
  generation: row.generation,
  business: row.business,
  changedAt: iso(row.changed_at),
  changedBy: row.changed_by,
})
const decision = fields({
  id: text(),
  at: time,
  kind: text(),
  inputs: described(anything, 'the figures it was made from'),
  outcome: text(),
  by: text(),
  why: nullable(text()),
})
const amountOf = (units: Exact | null): string | null => (units === null ? null : fromScaled(BigInt(units), amountScale))
const state = oneOf('available', 'locked', 'consumed', 'retired')
const event = fields({
  at: time,
  state,
  requestId: nullable(text()),
  holder: nullable(text()),
  leaseUntil: nullable(time),
  amount: nullable(decimal),
  by: text(),
  why: nullable(text()),
})

const switched = (what: 'generation' | 'business', to: 'stop' | 'resume', summary: { readonly en: string; readonly zh: string }) =>
  writeRoute({
    id: `${to}Number${what === 'business' ? 'Business' : 'Generation'}`,
    method: 'POST',
    path: `/v1/order-numbers/schemes/{name}/${what}/${to}`,
    tag,
    scope: 'write',
    audit: { act: `number-${what}-${to}`, asked: ['why'], answered: ['name'] },
    summary,
    params: { name },
    body: fields({ why: optional(note) }),
    answer: schemeShape,
    effect: (tx, call) => onDesk(tx, call, (desk) => switchScheme(desk, call.params.name, what, to, {}, call.body.why ?? null), shown),
  })

/** Schemes and what is known about their numbers. The keys of suppliers and merchants are not let in: numbers belong to the operator. */
export const numberSchemeRoutes = [
  route({
    id: 'listNumberSchemes',
    method: 'GET',
    path: '/v1/order-numbers/schemes',
    tag,
    scope: 'read',
    summary: { en: 'Number schemes by name', zh: '号码方案列表' },
    query: paging,
    answer: pageOf(schemeShape),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [after = ''] = readCursor(query.after, 1) ?? []
      const rows = await listSchemes(hub.database.read, hub.tenant, after, limit + 1)
      return { body: toPage(rows, limit, (row) => [row.name], shown) }
    },
  }),
  writeRoute({
    id: 'putNumberScheme',
    method: 'PUT',
    path: '/v1/order-numbers/schemes/{name}',
    tag,
    scope: 'write',
    audit: { act: 'number-scheme-put', asked: ['settings', 'seen'], answered: ['name', 'version'] },
    summary: {
      en: 'Make a number scheme or give it other settings; what is left out is as by default',
      zh: '新建或修改号码方案；未填写的设置取默认值',
    },
    params: { name },
    body: fields({ settings, seen: optional(described(whole(1, 1_000_000_000), 'the version it is changed from')) }),
    answer: schemeShape,
    effect: (tx, call) => {
      const whole: SchemeSettings = { ...defaultScheme, ...call.body.settings }
      return onDesk(tx, call, (desk) => putScheme(desk, call.params.name, whole, call.body.seen), shown)
    },
  }),
  switched('generation', 'stop', { en: 'Make no more numbers; those that are there are allotted', zh: '停止生成号码；已有号码仍可分配' }),
  switched('generation', 'resume', { en: 'Make numbers again', zh: '恢复生成号码' }),
  switched('business', 'stop', { en: 'Allot no more numbers, so that the business stops', zh: '停止分配号码，即停止业务' }),
  switched('business', 'resume', { en: 'Allot numbers again', zh: '恢复分配号码' }),
  route({
    id: 'getNumberStats',
    method: 'GET',
    path: '/v1/order-numbers/stats',
    tag,
    scope: 'read',
    summary: {
      en: 'How many numbers are made, free, held, done and left, and the amount of what is done',
      zh: '号码统计：已生成、可用、占用、完成、剩余及完成金额',
    },
    query: { scheme: name },
    answer: fields({
      scheme: text(),
      generation: oneOf('on', 'off'),
      business: oneOf('open', 'stopped'),
      issued: count,
      available: count,
      resting: described(count, 'available after their quarantine'),
      locked: count,
      leasesOver: described(count, 'locked, and their lease is over'),
      consumed: count,
      retired: count,
      amount: described(decimal, 'of all completed business'),
      remaining: described(count, 'available, and not made yet in this period'),
      capacity: described(count, 'of the format in one period of its sequence'),
      capacityLeft: count,
      level: oneOf('ok', 'warn', 'critical'),
      ratePerHour: described(decimal, 'numbers asked for, smoothed'),
      factor: described(decimal, 'what signals make of it'),
      exhaustedAt: described(nullable(time), 'when none is left; null: nobody asks, or the sequence begins anew before'),
      earliest: nullable(time),
      latest: nullable(time),
      confidence: oneOf('low', 'medium', 'high'),
    }),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const row = await findScheme(read, hub.tenant, query.scheme)
      if (row === undefined) throw absentScheme(query.scheme)
      const { generation, business } = row
      const now = await hub.database.now()
      const { ratePerHour, factor, exhaustedAt, earliest, latest, confidence } = await outlook(read, row, now)
      return {
        body: {
          ...{ scheme: row.name, generation, business, ...(await numberStats(read, row, now)), level: levelNow(row) },
          ...{ ratePerHour: ratePerHour.toFixed(3), factor: factor.toFixed(3), confidence },
          ...{ exhaustedAt: isoOrNull(exhaustedAt), earliest: isoOrNull(earliest), latest: isoOrNull(latest) },
        },
      }
    },
  }),
  route({
    id: 'listNumberDecisions',
    method: 'GET',
    path: '/v1/order-numbers/log',
    tag,
    scope: 'read',
    summary: { en: 'Decisions about a scheme with the figures they were made from, newest first', zh: '方案的决策记录及其依据，最新在前' },
    query: { scheme: name, ...paging },
    answer: pageOf(decision),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const rows = await listDecisions(hub.database.read, hub.tenant, query.scheme, {
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          ({ id, at, kind, inputs, outcome, actor, why }) => ({ id, at: iso(at), kind, inputs: stored(inputs), outcome, by: actor, why }),
        ),
      }
    },
  }),
  route({
    id: 'getOrderNumber',
    method: 'GET',
    path: '/v1/order-numbers/one',
    tag,
    scope: 'read',
    summary: { en: 'One number and what became of it', zh: '单个号码及其历史' },
    query: { scheme: name, number: text(64) },
    answer: fields({
      number: text(),
      state,
      generation: described(count, '1: it was never used before'),
      exposed: flag,
      requestId: nullable(text()),
      holder: nullable(text()),
      reference: nullable(text()),
      leaseUntil: nullable(time),
      amount: nullable(decimal),
      createdAt: time,
      events: list(event),
    }),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      // what is allotted meanwhile leaves the stock for the book, so that is looked through last
      const inStock = await numberInStock(read, hub.tenant, query.scheme, query.number)
      const row = (await findNumber(read, hub.tenant, query.scheme, query.number)) ?? inStock
      if (row === undefined) throw reject('unknown-order-number', `number scheme '${query.scheme}' never made the number '${query.number}'`)
      const events = await historyOf(read, row, mostEvents)
      return {
        body: {
          ...{ number: row.number, state: row.state, generation: row.generation, exposed: row.exposed === 1, requestId: row.request },
          ...{ holder: row.holder, reference: row.reference, leaseUntil: row.state === 'locked' ? iso(row.due_at) : null },
          ...{ amount: amountOf(row.amount), createdAt: iso(row.created_at) },
          events: events.map((one) => ({
            ...{ at: iso(one.at), state: one.state, requestId: one.request, holder: one.holder, leaseUntil: isoOrNull(one.until) },
            ...{ amount: amountOf(one.amount), by: one.actor, why: one.why },
          })),
        },
      }
    },
  }),
]
const mostEvents = 1000
