import { readFilter } from '../ledger/event-filter.ts'
import { removeEventSecret } from '../pipeline/event-secret.ts'
import { resumeSubscription, rotateEventSecret, subscribe } from '../pipeline/event-subscribe.ts'
import { byPerson } from '../pipeline/event-watch.ts'
import type { Tx } from '../store/database.ts'
import { countMessages } from '../store/event-message.ts'
import { changeSubscription, findSubscription, listSubscriptions, removeSubscription } from '../store/event-subscription.ts'
import type { Reader } from '../store/in-list.ts'
import type { EventSubscriptionTable } from '../store/tables.ts'
import { invalid, notFound } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, nullable, type Of, oneOf, optional, pattern, text, time, whole } from './shape.ts'
import { id, iso, isoOrNull, key, name } from './values.ts'

export const typePattern = pattern('^(\\*|[a-z]+\\.(\\*|[a-z_]+))$', 'a type of the catalogue, `order.*`, or `*`')
const wanted = {
  types: described(list(typePattern, 50), 'types of the catalogue, `order.*`, or `*`'),
  documents: optional(described(list(name, 50), 'only about documents of these types')),
  origins: optional(described(list(name, 50), 'only about documents that these connections keep')),
  keyPrefix: optional(described(key, 'only about documents whose key begins so')),
  baseline: optional(described(flag, 'also what first loads bring; not when left out')),
}
const content = oneOf<EventSubscriptionTable['content']>('open', 'full')

const subscription = fields({
  id: text(),
  name: text(),
  url: described(text(), 'without its query'),
  filter: fields(wanted),
  content,
  state: oneOf<EventSubscriptionTable['state']>('active', 'paused', 'closed'),
  reason: nullable(text()),
  fails: described(count, 'rounds in a row that found nobody'),
  failingSince: nullable(time),
  nextAt: described(nullable(time), 'nothing is sent before'),
  lastSentAt: nullable(time),
  lastError: nullable(text()),
  formerSecretUntil: described(nullable(time), 'so long the secret before signs too'),
  messages: fields({ due: count, sent: count, dead: count }),
  createdBy: text(),
  createdAt: time,
})

async function shown(read: Reader, row: EventSubscriptionTable): Promise<Of<typeof subscription>> {
  const counts = await countMessages(read, row.tenant, row.id)
  const url = new URL(row.url)
  return {
    id: row.id,
    name: row.name,
    url: url.origin + url.pathname,
    filter: readFilter(row.filter),
    content: row.content,
    state: row.state,
    reason: row.reason,
    fails: row.fails,
    failingSince: isoOrNull(row.failing_since),
    nextAt: isoOrNull(row.fails > 0 ? row.ready_at : null),
    lastSentAt: isoOrNull(row.last_sent_at),
    lastError: row.last_error,
    formerSecretUntil: isoOrNull(row.former_until),
    messages: { due: counts.get('due') ?? 0, sent: counts.get('sent') ?? 0, dead: counts.get('dead') ?? 0 },
    createdBy: row.created_by,
    createdAt: iso(row.created_at),
  }
}

/** @throws ProblemError 404 */
export async function findReceiver(read: Reader, { hub, params }: Call<{ id: string }>): Promise<EventSubscriptionTable> {
  const row = await findSubscription(read, hub.tenant, params.id)
  if (row === undefined) throw notFound()
  return row
}

const hourMs = 3_600_000
const tag = 'events'
const path = '/v1/event-subscriptions'
const one = `${path}/{id}`
const params = { id }

/** A change of the row, its answer, and a ring for what waits. */
const act = (
  word: 'pause' | 'resume',
  summary: { readonly en: string; readonly zh: string },
  change: (tx: Tx, row: EventSubscriptionTable, now: number) => Promise<unknown>,
) =>
  writeRoute({
    id: `${word}EventSubscription`,
    method: 'POST',
    path: `${one}/${word}`,
    tag,
    scope: 'write',
    audit: { act: `events-${word}d`, answered: ['id', 'name'] },
    summary,
    params,
    answer: subscription,
    effect: async (tx, call) => {
      await change(tx, await findReceiver(tx, call), call.now)
      return {
        body: await shown(tx, await findReceiver(tx, call)),
        after: () => call.hub.bell.ring({ kind: 'events', subscription: call.params.id }),
      }
    },
  })

export const eventSubscriptionRoutes = [
  route({
    id: 'listEventSubscriptions',
    method: 'GET',
    path,
    tag,
    scope: 'read',
    summary: { en: 'Receivers of events, and how they are', zh: '事件接收方及其状态' },
    answer: fields({ items: list(subscription) }),
    handle: async ({ hub }) => {
      const rows = await listSubscriptions(hub.database.read, hub.tenant)
      return { body: { items: await Promise.all(rows.map((row) => shown(hub.database.read, row))) } }
    },
  }),
  writeRoute({
    id: 'createEventSubscription',
    method: 'POST',
    path,
    tag,
    scope: 'admin',
    audit: { act: 'events-subscribed', asked: ['name', 'types', 'content'], answered: ['id'] },
    summary: {
      en: 'Make a receiver of events; the secret that signs them is in this answer only',
      zh: '新建事件接收方；签名密钥只在此响应中出现一次',
    },
    body: fields({
      name: pattern('^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$', 'letters, digits, spaces, _ . and -; given once'),
      url: described(text(2000), 'https; http only to an address in settings.eventNetworks'),
      ...wanted,
      content: optional(described(content, 'full: with the fields that schemas call sensitive, such as names and addresses')),
    }),
    status: 201,
    answer: fields({ secret: text(), subscription }),
    shownOnce: true,
    effect: async (tx, { hub, body, now, who }) => {
      const { name, url, content = 'open', ...filter } = body
      if (filter.types.length === 0) throw invalid([{ in: 'body', path: '/types', message: 'must name a type, or `*`' }])
      const { row, secret } = await subscribe(tx, hub, { name, url, filter, content, createdBy: who.id }, now)
      return { body: { secret, subscription: await shown(tx, row) } }
    },
  }),
  route({
    id: 'getEventSubscription',
    method: 'GET',
    path: one,
    tag,
    scope: 'read',
    summary: { en: 'One receiver of events', zh: '单个事件接收方' },
    params,
    answer: subscription,
    handle: async (call) => ({ body: await shown(call.hub.database.read, await findReceiver(call.hub.database.read, call)) }),
  }),
  writeRoute({
    id: 'removeEventSubscription',
    method: 'DELETE',
    path: one,
    tag,
    scope: 'admin',
    audit: { act: 'events-unsubscribed', answered: ['id', 'name'] },
    summary: { en: 'Remove a receiver, its secret and what it was still to be told', zh: '删除接收方、其密钥及待发事件' },
    params,
    answer: fields({ id: text(), name: text() }),
    effect: async (tx, call) => {
      const { tenant, id, name } = await findReceiver(tx, call)
      await removeSubscription(tx, tenant, id)
      await removeEventSecret(tx, tenant, id)
      return { body: { id, name } }
    },
  }),
  act(
    'pause',
    { en: 'Send nothing to a receiver for now; its events wait', zh: '暂停向接收方发送；事件会保留等待' },
    (tx, { tenant, id, state }, now) =>
      state === 'closed' ? Promise.resolve() : changeSubscription(tx, tenant, id, { state: 'paused', reason: byPerson, changed_at: now }),
  ),
  act('resume', { en: 'Go on with a receiver: what waits is sent now', zh: '恢复接收方：立即发送等待中的事件' }, resumeSubscription),
  writeRoute({
    id: 'rotateEventSecret',
    method: 'POST',
    path: `${one}/rotate`,
    tag,
    scope: 'admin',
    audit: { act: 'events-secret-rotated', asked: ['graceHours'], answered: ['id'] },
    summary: {
      en: 'A new secret, in this answer only; the one before signs too for a while',
      zh: '更换签名密钥（只在此响应中出现一次）；旧密钥在一段时间内仍同时签名',
    },
    params,
    body: fields({ graceHours: optional(whole(0, 720, { description: 'so long both sign; 24 when left out' })) }),
    answer: fields({ id: text(), secret: text(), formerSecretUntil: time }),
    shownOnce: true,
    effect: async (tx, call) => {
      const row = await findReceiver(tx, call)
      const graceMs = (call.body.graceHours ?? 24) * hourMs
      const secret = await rotateEventSecret(tx, call.hub, row, graceMs, call.now)
      return { body: { id: row.id, secret, formerSecretUntil: iso(call.now + graceMs) } }
    },
  }),
]
