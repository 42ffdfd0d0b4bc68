import { bug, reject } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import type { Subscribed, Subscribing } from './access.ts'
import { readList } from './list.ts'
import { openGuard } from './page.ts'
import type { Config, Connector, Subscription } from './types.ts'
import { secretsOf } from './verify.ts'
import type { Wire } from './wire.ts'

/**
 * Looks after what the partner sends to us. Every wanted topic is found, woken or made; what is already there is never made twice, and what others set up is left alone. Answers what was found of each.
 * @throws HubError `no-subscription` (bug), `no-webhook-secret` (reject), and what calls throw
 */
export async function subscribe(
  wire: Wire,
  connector: Connector,
  config: Config,
  wanted: Subscribing,
  signal: AbortSignal | undefined,
): Promise<readonly Subscribed[]> {
  const { webhook } = connector
  const subscription = webhook?.subscription
  if (webhook === undefined || subscription === undefined) throw bug('no-subscription', `${connector.name} declares no subscriptions`)
  const secret = webhook.verify.kind === 'custom' ? undefined : secretsOf(webhook.verify.secret, config)[0]
  if (webhook.verify.kind !== 'custom' && secret === undefined)
    throw reject('no-webhook-secret', 'webhooks would be sent without a signature: put a webhook secret into the config of the connection')
  const there = await ours(wire, subscription, wanted, signal)
  const answers: Subscribed[] = []
  for (const topic of wanted.topics) {
    const word = webhook.topics[topic]?.subscribed ?? topic
    const found = there.get(word)
    const roots = { topic: word, address: wanted.addresses[0], secret }
    if (found === undefined) await wire.ask(subscription.create, roots, { signal })
    else if (!found.works || wanted.silent.includes(topic)) await wire.ask(subscription.renew, { ...roots, key: found.key }, { signal })
    answers.push({
      topic,
      found: found === undefined ? 'missing' : !found.works ? 'off' : wanted.silent.includes(topic) ? 'silent' : 'works',
    })
  }
  return answers
}

interface Found {
  readonly key: Json
  readonly works: boolean
}

/** Subscriptions that send to us, by topic; of several one that works. */
async function ours(
  wire: Wire,
  { list, key, topic, address, works }: Subscription,
  { addresses }: Subscribing,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  const source = { wire, ...list, guard: openGuard('subscriptions', wire), signal }
  for await (const { rows } of readList(source, {}))
    for (const { value } of rows) {
      const name = at(value, topic)
      const to = at(value, address)
      if (typeof name !== 'string' || typeof to !== 'string' || !addresses.includes(to)) continue
      const state = at(value, works.path)
      const one = { key: at(value, key) ?? null, works: works.in.some((each) => each === state) }
      if (found.get(name)?.works !== true) found.set(name, one)
    }
  return found
}
