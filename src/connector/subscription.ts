import { bug, reject } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import type { Listed, Subscribed, Subscribing } from './access.ts'
import { readList } from './list.ts'
import { openGuard } from './page.ts'
import { keyText } from './record.ts'
import { compileString } from './template.ts'
import type { Config, Connector, Subscription } from './types.ts'
import { secretsOf } from './verify.ts'
import type { Wire } from './wire.ts'

/**
 * Looks after what the partner sends to us. Every wanted topic is found, woken, made, or renewed before it ends; what is already there is never made twice, and what others set up is left alone. Answers what was found
 * of each.
 * @throws HubError `no-subscription` (bug), `no-webhook-secret` (reject), and what calls throw
 */
export async function subscribe(
  wire: Wire,
  connector: Connector,
  config: Config,
  wanted: Subscribing,
  signal: AbortSignal | undefined,
): Promise<readonly Subscribed[]> {
  const subscription = subscriptionOf(connector)
  const secret = secretOf(connector, config)
  const there = await ours(wire, subscription, wanted, signal)
  const answers: Subscribed[] = []
  const seen = new Set<string>()
  for (const topic of wanted.topics) {
    const word = wordOf(connector, config, topic)
    const found = there.get(word)
    const state = stateOf(found, wanted.silent.includes(topic))
    const roots = { topic: word, address: wanted.addresses[0], secret }
    if (!seen.has(word)) {
      if (found === undefined) await wire.ask(subscription.create, roots, { signal })
      else if (state !== 'works') await wire.ask(subscription.renew, { ...roots, key: found.key, row: found.row }, { signal })
    }
    seen.add(word)
    answers.push({ topic, found: state })
  }
  return answers
}

/** What is there of every wanted topic; nothing is changed. @throws HubError `no-subscription` (bug), and what calls throw */
export async function listSubscriptions(
  wire: Wire,
  connector: Connector,
  config: Config,
  wanted: Subscribing,
  signal: AbortSignal | undefined,
): Promise<readonly Listed[]> {
  const there = await ours(wire, subscriptionOf(connector), wanted, signal)
  return wanted.topics.map((topic) => {
    const found = there.get(wordOf(connector, config, topic))
    const state = stateOf(found, false)
    return { topic, state: state === 'silent' ? 'works' : state, key: keyText(found?.key) ?? null, expiresAt: found?.expiresAt ?? null }
  })
}

/** Ends what sends to us of these topics. @throws HubError `no-subscription` (bug), `no-remove` (reject), and what calls throw */
export async function unsubscribe(
  wire: Wire,
  connector: Connector,
  config: Config,
  wanted: Subscribing,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const subscription = subscriptionOf(connector)
  const { remove } = subscription
  if (remove === undefined)
    throw reject('no-remove', `the hub does not know how a subscription of ${connector.title} is ended: end it at the partner`)
  const there = await ours(wire, subscription, wanted, signal)
  const words = new Map(wanted.topics.map((topic) => [topic, wordOf(connector, config, topic)]))
  for (const word of new Set(words.values())) {
    const found = there.get(word)
    if (found !== undefined) await wire.ask(remove, { key: found.key, row: found.row }, { signal, needsBody: false })
  }
  return wanted.topics.filter((topic) => there.has(words.get(topic) ?? ''))
}

function subscriptionOf({ webhook, name }: Connector): Subscription {
  if (webhook?.subscription === undefined) throw bug('no-subscription', `${name} declares no subscriptions`)
  return webhook.subscription
}

function secretOf({ webhook }: Connector, config: Config): string | undefined {
  if (webhook === undefined || !('secret' in webhook.verify)) return undefined
  const [secret] = secretsOf(webhook.verify.secret, config)
  if (secret === undefined)
    throw reject('no-webhook-secret', 'webhooks would be sent without a signature: put a webhook secret into the config of the connection')
  return secret
}

const wordOf = ({ webhook }: Connector, config: Config, topic: string): string =>
  compileString(webhook?.topics[topic]?.subscribed ?? topic.replaceAll(/[{}]/g, '$&$&'))({ config }) ?? topic

interface Found {
  readonly key: Json
  readonly row: Json
  readonly works: boolean
  readonly ends: boolean
  readonly expiresAt?: string
}

const stateOf = (found: Found | undefined, silent: boolean): Subscribed['found'] =>
  found === undefined ? 'missing' : !found.works ? 'off' : silent ? 'silent' : found.ends ? 'ends' : 'works'

/** Subscriptions that send to us, by topic; of several one that works, and of those one that does not end. */
async function ours(
  wire: Wire,
  { list, key, topic, address, works, expires }: Subscription,
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
      const state = works && at(value, works.path)
      const end = expires === undefined ? undefined : at(value, expires.path)
      const left = (typeof end === 'string' ? Date.parse(end) : Number.NaN) - wire.now()
      const one: Found = {
        key: at(value, key) ?? null,
        row: value,
        works: works === undefined || works.in.some((each) => each === state),
        ends: expires !== undefined && !(left >= expires.renewMs),
        ...(typeof end === 'string' ? { expiresAt: end } : {}),
      }
      const known = found.get(name)
      if (known === undefined || rank(one) > rank(known)) found.set(name, one)
    }
  return found
}
const rank = ({ works, ends }: Found): number => (works ? (ends ? 1 : 2) : 0)
