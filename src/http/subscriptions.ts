import { isHubError } from '../model/errors.ts'
import type { ConnectionSetup } from '../pipeline/context.ts'
import { hookAddresses, type Subscribing, topicsOf } from '../pipeline/subscriptions.ts'
import { findConnection } from '../store/connection.ts'
import { findSchedule, type Job, pauseRuns } from '../store/schedule.ts'
import { noConnection } from './absent.ts'
import { clean } from './options.ts'
import { ProblemError } from './problem.ts'
import { type Call, route } from './route.ts'
import { described, fields, flag, list, nullable, type Of, oneOf, optional, text } from './shape.ts'
import { name } from './values.ts'

type ConnectionCall = Call<{ name: string }>
const patienceMs = 60_000

const listed = fields({
  topic: text(),
  state: described(
    oneOf<'works' | 'missing' | 'off' | 'ends'>('works', 'missing', 'off', 'ends'),
    'ends: it will end soon by itself, and is renewed before',
  ),
  key: described(nullable(text()), "the partner's own key of it"),
  expiresAt: described(nullable(text()), 'when it ends by itself, as the partner tells it'),
})
const subscriptions = fields({
  items: list(listed),
  lookedAfter: described(flag, 'the hub makes, wakes and renews them by itself, once an hour'),
})
const asked = fields({ topics: optional(list(text())) })

const jobOf = (connection: string): Job => ({ connection, stream: '', kind: 'subscription' })

interface Asked {
  readonly setup: ConnectionSetup
  readonly wanted: Subscribing
}

/** @throws ProblemError 404 unknown connection or topic, 409 a connector without subscriptions, a connection out of the workspace, or a hub that does not know its own address */
async function askedOf(call: ConnectionCall, topics: readonly string[] | undefined): Promise<Asked> {
  const { hub, params } = call
  const row = await findConnection(hub.database.read, hub.tenant, params.name)
  if (row === undefined) throw noConnection(params.name)
  const setup = hub.catalogue().connections.get(params.name)
  if (setup?.connector.webhook?.subscription === undefined)
    throw new ProblemError(
      409,
      'no-subscriptions',
      `What '${params.name}' sends cannot be subscribed to by the hub. Enter its hook address at the partner: crossdock connection hook ${params.name}.`,
    )
  const known = topicsOf(setup)
  const strange = topics?.find((topic) => !known.includes(topic))
  if (strange !== undefined)
    throw new ProblemError(404, 'not-found', `'${params.name}' has no topic '${strange}'. It has: ${known.join(', ') || 'none'}.`)
  const addresses = hookAddresses(hub.settings, row)
  if (addresses.length === 0)
    throw new ProblemError(
      409,
      'no-public-address',
      'The hub does not know where partners reach it. Write publicUrl into crossdock.json, or set CROSSDOCK_PUBLIC_URL, and start it again.',
    )
  return { setup, wanted: { addresses, topics: topics ?? known, silent: [] } }
}

/** What the partner refuses is told in its own words. */
async function atPartner<T>(call: ConnectionCall, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await act(AbortSignal.timeout(patienceMs))
  } catch (error) {
    if (!isHubError(error) || error.detail.recovery === 'bug') throw error
    throw new ProblemError(502, error.detail.code, clean(call.desk.options, error.message))
  }
}

async function shown(call: ConnectionCall, { setup, wanted }: Asked): Promise<Of<typeof subscriptions>> {
  const { hub } = call
  const items = await atPartner(call, (signal) => hub.access(setup).subscriptions(wanted, signal))
  const row = await hub.database.write((tx) => findSchedule(tx, hub.tenant, jobOf(setup.name)))
  return { items: [...items], lookedAfter: row !== undefined && row.paused_at === null && !setup.paused }
}

const lookAfter = (call: ConnectionCall, pausedAt: number | null): Promise<boolean> =>
  call.hub.database.write((tx) => pauseRuns(tx, call.hub.tenant, jobOf(call.params.name), pausedAt))

const tag = 'connections'
const params = { name }
const path = '/v1/connections/{name}/subscriptions'

export const subscriptionRoutes = [
  route({
    id: 'listSubscriptions',
    method: 'GET',
    path,
    tag,
    scope: 'read',
    summary: { en: "What the partner's list has of the webhooks this connection wants", zh: '合作方列表中该连接所需 webhook 订阅的状态' },
    params,
    answer: subscriptions,
    handle: async (call) => ({ body: await shown(call, await askedOf(call, undefined)) }),
  }),
  route({
    id: 'createSubscriptions',
    method: 'POST',
    path,
    tag,
    scope: 'write',
    audit: { act: 'subscriptions-made', asked: ['topics'] },
    summary: { en: 'Make the subscriptions that are missing, and look after them again', zh: '创建缺少的订阅，并恢复自动维护' },
    params,
    body: asked,
    answer: subscriptions,
    handle: async (call) => {
      const one = await askedOf(call, call.body.topics)
      await atPartner(call, (signal) => call.hub.access(one.setup).subscribe(one.wanted, signal))
      await lookAfter(call, null)
      return { body: await shown(call, one) }
    },
  }),
  route({
    id: 'renewSubscriptions',
    method: 'POST',
    path: `${path}/renew`,
    tag,
    scope: 'write',
    audit: { act: 'subscriptions-renewed', asked: ['topics'] },
    summary: {
      en: 'Renew the subscriptions now, with the secret of now; those that are missing are made',
      zh: '立即用当前密钥续订；缺少的会创建',
    },
    params,
    body: asked,
    answer: subscriptions,
    handle: async (call) => {
      const one = await askedOf(call, call.body.topics)
      const all: Subscribing = { ...one.wanted, silent: one.wanted.topics }
      await atPartner(call, (signal) => call.hub.access(one.setup).subscribe(all, signal))
      return { body: await shown(call, one) }
    },
  }),
  route({
    id: 'deleteSubscriptions',
    method: 'POST',
    path: `${path}/delete`,
    tag,
    scope: 'write',
    audit: { act: 'subscriptions-ended', asked: ['topics'] },
    summary: {
      en: 'End the subscriptions at the partner; the hub makes no new ones until it is asked to',
      zh: '在合作方取消订阅；在再次要求之前不会重新创建',
    },
    params,
    body: asked,
    answer: subscriptions,
    handle: async (call) => {
      const one = await askedOf(call, call.body.topics)
      // what is looked after would be there again within the hour
      await lookAfter(call, call.now)
      await atPartner(call, (signal) => call.hub.access(one.setup).unsubscribe(one.wanted, signal))
      return { body: await shown(call, one) }
    },
  }),
]
