import { addressRule } from '../connector/address.ts'
import { unknownTypes } from '../ledger/event-catalogue.ts'
import type { EventFilter } from '../ledger/event-filter.ts'
import { reject } from '../model/errors.ts'
import type { Tx } from '../store/database.ts'
import { hurryMessages } from '../store/event-message.ts'
import { changeSubscription, insertSubscription, listSubscriptions, mostSubscriptions } from '../store/event-subscription.ts'
import { holdNames } from '../store/hold.ts'
import type { EventSubscriptionTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import { eventSecrets, newEventSecret, sealEventSecret } from './event-secret.ts'

export interface WantedSubscription {
  readonly name: string
  readonly url: string
  readonly filter: EventFilter
  readonly content: EventSubscriptionTable['content']
  readonly createdBy: string
}

/**
 * Makes a receiver; it hears of effects whose transactions begin after this one is there. The secret is answered here and never again.
 * @throws HubError (reject) `bad-url`, `unknown-event-type`, `name-taken`, `too-many-subscriptions`
 */
export async function subscribe(
  tx: Tx,
  context: Pick<Context, 'tenant' | 'newId' | 'keyring' | 'settings'>,
  { name, url, filter, content, createdBy }: WantedSubscription,
  now: number,
): Promise<{ readonly row: EventSubscriptionTable; readonly secret: string }> {
  const { tenant, newId, settings } = context
  const fault = urlFault(url, settings.eventNetworks ?? [])
  if (fault !== undefined) throw reject('bad-url', fault)
  const [unknown] = unknownTypes(filter.types)
  if (unknown !== undefined)
    throw reject('unknown-event-type', `no event is of the type '${unknown}'; see \`crossdock events types\`, or write order.* or *`)
  await holdNames(tx, tenant, ['event-subscriptions'])
  if ((await listSubscriptions(tx, tenant)).length >= mostSubscriptions)
    throw reject('too-many-subscriptions', `there are ${mostSubscriptions} receivers of events already; remove one that is not used`)
  const row: EventSubscriptionTable = {
    tenant,
    id: newId(),
    name,
    url,
    filter: JSON.stringify(filter),
    content,
    state: 'active',
    reason: null,
    fails: 0,
    failing_since: null,
    ready_at: 0,
    lease_until: 0,
    lease_token: null,
    former_until: null,
    last_sent_at: null,
    last_error: null,
    created_by: createdBy,
    created_at: now,
    changed_at: now,
  }
  if (!(await insertSubscription(tx, row))) throw reject('name-taken', `there is a receiver of events named '${name}' already`)
  const secret = newEventSecret()
  await sealEventSecret(tx, context, row.id, secret, now)
  return { row, secret }
}

/** A new secret signs from now on; the one before signs too for `graceMs`, so that the receiver can change. Answers the new one. */
export async function rotateEventSecret(
  tx: Tx,
  context: Pick<Context, 'tenant' | 'keyring'>,
  row: EventSubscriptionTable,
  graceMs: number,
  now: number,
): Promise<string> {
  const [former] = (await eventSecrets(tx, context, row, now)).split(' ')
  const secret = newEventSecret()
  await sealEventSecret(tx, context, row.id, former ? `${secret} ${former}` : secret, now)
  await changeSubscription(tx, context.tenant, row.id, { former_until: now + graceMs, changed_at: now })
  return secret
}

/** What waits is sent from the first try on. @throws HubError (reject) `subscription-closed` */
export async function resumeSubscription(tx: Tx, { tenant, id, state }: EventSubscriptionTable, now: number): Promise<void> {
  if (state === 'closed')
    throw reject('subscription-closed', 'this receiver is closed for good; make another one and replay what it missed')
  await hurryMessages(tx, tenant, id, now)
  const fresh = { fails: 0, failing_since: null, ready_at: 0, last_error: null }
  await changeSubscription(tx, tenant, id, { state: 'active', reason: null, ...fresh, changed_at: now })
}

/** https, or http to an address inside a network that the operator opened. The address itself is judged again whenever it is connected to. */
function urlFault(text: string, networks: readonly string[]): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'the address of a receiver is a URL: https://…'
  if (url.username !== '' || url.password !== '') return 'the address of a receiver holds no user or password: messages are signed instead'
  if (url.hash !== '') return 'the address of a receiver has no fragment'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:' && !isOpened(host, networks))
    return 'a receiver is spoken to by https; http is for addresses inside the networks of settings.eventNetworks'
  const refused = /^[\d.]+$|:/.test(host) ? addressRule(networks)(host) : undefined
  return refused === undefined ? undefined : `the address ${host} ${refused}; settings.eventNetworks opens private networks`
}

/** Private, and opened: an address that is public without any consent is not meant. */
const isOpened = (host: string, networks: readonly string[]): boolean =>
  addressRule(networks)(host) === undefined && addressRule([])(host) !== undefined
