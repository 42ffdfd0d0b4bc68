import { bug, HubError } from '../model/errors.ts'
import { addressRule } from './address.ts'
import { EgressError, openEgress } from './egress.ts'
import { signStandard } from './sign.ts'

/** Where alarms are told. `kinds`: only these; all when left out. */
export type Channel = WebhookChannel | MailChannel
interface ChannelBase {
  readonly name: string
  readonly kinds?: readonly string[]
  /** CIDRs of private ranges the operator opens */
  readonly allowPrivate: readonly string[]
}
export interface WebhookChannel extends ChannelBase {
  readonly kind: 'webhook'
  readonly url: string
  /** `whsec_…`, several separated by spaces */
  readonly secret: string
}
export interface MailChannel extends ChannelBase {
  readonly kind: 'email'
  /** `smtp://user:password@host:port` or `smtps://…` */
  readonly smtp: string
  readonly from: string
  readonly to: readonly string[]
}

export interface OutwardMessage {
  /** the same at every try: the receiver knows a repeated one by it */
  readonly id: string
  /** JSON as it stands in a webhook */
  readonly body: string
  readonly subject: string
  readonly text: string
}

const limits = { deadlineMs: 20_000, headersMs: 15_000, maxBodyBytes: 64 * 1024 }

/**
 * Sends one message once. Every address is judged by the guard of all other calls; redirects are not followed.
 * @throws HubError retry for what may pass by itself, reject for what will not
 */
export async function sendOutward(channel: Channel, message: OutwardMessage, now: number, signal?: AbortSignal): Promise<void> {
  // few hubs mail, and a mailer is long to load
  if (channel.kind === 'email') return (await import('./mail.ts')).sendMail(channel, message)
  const receiver = openReceiverOf(channel, 1)
  try {
    await receiver.send(message, now, signal)
  } finally {
    await receiver.close()
  }
}

/** A receiver of webhooks that several messages go to. */
export interface OutwardReceiver {
  /** Sends one message once, signed as Standard Webhooks has it. @throws HubError as sendOutward */
  send(message: Pick<OutwardMessage, 'id' | 'body'> & { readonly contentType?: string }, now: number, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** @param connections messages under way at once @throws HubError `bad-url` (bug) */
export function openReceiverOf(channel: Omit<WebhookChannel, 'kind' | 'kinds'>, connections: number): OutwardReceiver {
  const url = URL.parse(channel.url)
  if (url === null) throw bug('bad-url', `the address of the channel ${channel.name} is no URL`)
  const egress = openEgress({ origin: url.origin, rule: addressRule(channel.allowPrivate), connections })
  return {
    close: () => egress.close(),
    async send({ id, body: text, contentType = 'application/json' }, now, signal) {
      const body = Buffer.from(text, 'utf8')
      const headers = {
        'content-type': contentType,
        'user-agent': 'crossdock',
        ...signStandard(channel.secret, id, Math.floor(now / 1000), body),
      }
      try {
        const request = { method: 'POST' as const, url: url.href, headers, body }
        const { status, headers: answered } = await egress.send(request, { ...limits, ...(signal === undefined ? {} : { signal }) })
        if (status >= 200 && status < 300) return
        const retryAfterMs = /^\d{1,7}$/.test(answered['retry-after'] ?? '') ? Number(answered['retry-after']) * 1000 : undefined
        throw new HubError(`the channel ${channel.name} answered ${status}`, {
          code: `http-${status}`,
          recovery: status === 410 ? 'reject' : 'retry',
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        })
      } catch (error) {
        if (!(error instanceof EgressError)) throw error
        const recovery = error.code === 'refused-address' ? 'reject' : 'retry'
        throw new HubError(`the channel ${channel.name}: ${error.message}`, { code: error.code, recovery, cause: error })
      }
    },
  }
}
