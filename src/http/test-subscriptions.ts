import type { Webhook } from '../connector/types.ts'
import type { Context } from '../pipeline/context.ts'

type Access = ReturnType<Context['access']>

/** What the webhook of a test's connection says of subscriptions. */
export const subscribable: Pick<Webhook, 'handshake' | 'subscription'> = {
  handshake: { query: 'validationToken' },
  subscription: {
    list: { call: { path: '/hooks' }, records: '', page: { kind: 'single' } },
    key: 'id',
    topic: 'topic',
    address: 'address',
    works: { path: 'on', in: [true] },
    create: { method: 'POST', path: '/hooks', json: { topic: '{topic}', address: '{address}' } },
    renew: { method: 'PUT', path: '/hooks/{key}' },
  },
}

/** A partner that keeps subscriptions in memory; their key is the address they send to. */
export function keptSubscriptions(): Pick<Access, 'subscribe' | 'subscriptions' | 'unsubscribe'> {
  const kept = new Map<string, string>()
  return {
    subscribe: async ({ topics, addresses: [address = ''] }) => {
      for (const topic of topics) kept.set(topic, address)
      return []
    },
    subscriptions: async ({ topics }) =>
      topics.map((topic) => ({ topic, state: kept.has(topic) ? 'works' : 'missing', key: kept.get(topic) ?? null, expiresAt: null })),
    unsubscribe: async ({ topics }) => topics.filter((topic) => kept.delete(topic)),
  }
}
