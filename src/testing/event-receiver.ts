import { webcrypto } from 'node:crypto'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import type { Context } from '../pipeline/context.ts'
import { subscribe, type WantedSubscription } from '../pipeline/event-subscribe.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from './loopback-partner.ts'

/** A receiver of events as somebody else would write it: it checks signatures with WebCrypto, and knows only what it took itself. */
export interface EventReceiver {
  readonly url: string
  /** events it took, in the order they came; a repeated one is there twice */
  readonly took: JsonObject[]
  /** requests that were no event for it, and why */
  readonly faults: string[]
  readonly requests: readonly PartnerRequest[]
  /** secrets it takes; whoever signs with another is nobody */
  secrets: string[]
  /** answers instead of taking the event; undefined: it takes it */
  answer: (event: JsonObject) => PartnerAnswer | undefined | Promise<PartnerAnswer | undefined>
  /** `type subject` of what it took */
  heard(): string[]
  close(): Promise<void>
}

export async function startEventReceiver(): Promise<EventReceiver> {
  const took: JsonObject[] = []
  const faults: string[] = []
  const partner = await startPartner(async (request) => {
    const event = parseJson(request.body)
    const fault = isObject(event) ? await faultOf(request, event, receiver.secrets) : 'no object'
    if (fault !== undefined || !isObject(event)) {
      faults.push(fault ?? 'no object')
      return { status: 401, body: {} }
    }
    const answer = await receiver.answer(event)
    if (answer !== undefined) return answer
    took.push(event)
    return { status: 204 }
  })
  const receiver: EventReceiver = {
    url: `${partner.url}/events`,
    took,
    faults,
    requests: partner.requests,
    secrets: [],
    answer: () => undefined,
    heard: () => took.map(({ type, subject }) => `${type} ${subject}`),
    close: () => partner.close(),
  }
  return receiver
}

/** CloudEvents 1.0 (what is required of an event in JSON format) and Standard Webhooks 1.0 (headers and signature). */
async function faultOf({ headers, body }: PartnerRequest, event: JsonObject, secrets: readonly string[]): Promise<string | undefined> {
  if (!headers['content-type']?.startsWith('application/cloudevents+json')) return 'content type'
  for (const name of ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype'])
    if (typeof event[name] !== 'string' || event[name] === '') return `no ${name}`
  if (event.specversion !== '1.0' || Number.isNaN(Date.parse(String(event.time)))) return 'version or time'
  if (headers['webhook-id'] !== event.id) return 'webhook-id'
  const signed = new TextEncoder().encode(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
  for (const secret of secrets)
    for (const signature of (headers['webhook-signature'] ?? '').split(' ')) {
      const key = await webcrypto.subtle.importKey(
        'raw',
        Buffer.from(secret.slice('whsec_'.length), 'base64'),
        { name: 'HMAC', hash: 'SHA-256' },
        false,
        ['verify'],
      )
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
      if (signature.startsWith('v1,') && (await webcrypto.subtle.verify('HMAC', key, given, signed))) return undefined
    }
  return 'signature'
}

/** Makes the receiver a subscription, and gives it the secret. */
export async function tell(context: Context, receiver: EventReceiver, wanted: Partial<WantedSubscription> = {}): Promise<string> {
  const { row, secret } = await context.database.write(async (tx) =>
    subscribe(
      tx,
      context,
      { name: 'receiver', url: receiver.url, filter: { types: ['*'] }, content: 'open', createdBy: 'test', ...wanted },
      await context.database.now(),
    ),
  )
  receiver.secrets.push(secret)
  return row.id
}

/** For `settings.eventNetworks` of a test. */
export const loopback = ['127.0.0.0/8']
