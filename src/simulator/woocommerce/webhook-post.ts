import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Subscription } from './subscriptions.ts'

/** A line of what became of one webhook. `missing` and `silent` never left the shop. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'silent' }

export type Post = { readonly status: number | undefined; readonly outcome: Outcome }

const secretAsUsed = (secret: string): string =>
  secret.replaceAll('&quot;', '"').replaceAll('&#039;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** base64(HMAC-SHA256) over the trimmed body, with the secret after htmlspecialchars_decode, as WC_Webhook signs. */
export const signed = (body: Buffer, secret: string): string => {
  const text = body.toString('latin1').trim()
  return createHmac('sha256', secretAsUsed(secret)).update(Buffer.from(text, 'latin1')).digest('base64')
}

/** wp_hash of the webhook and the current second: two deliveries of one webhook in one second carry the same id. */
const deliveryId = (webhook: Subscription, at: Date): string =>
  createHmac('md5', 'crossdock-simulator-salt')
    .update(`${webhook.id}${Math.floor(at.getTime() / 1000)}`)
    .digest('hex')

const agent = { 'User-Agent': 'WooCommerce/9.4.2 Hookshot (WordPress/6.7.1)' }

/** Headers of a delivery; `source` is the site's address with a slash at the end. */
export const deliveryHeaders = (webhook: Subscription, body: Buffer, source: string, at: Date): Record<string, string> => ({
  ...agent,
  'Content-Type': 'application/json',
  'X-WC-Webhook-Source': source,
  'X-WC-Webhook-Topic': webhook.topic,
  'X-WC-Webhook-Resource': webhook.topic.split('.')[0] ?? '',
  'X-WC-Webhook-Event': webhook.topic.split('.')[1] ?? '',
  'X-WC-Webhook-Signature': signed(body, webhook.secret),
  'X-WC-Webhook-ID': String(webhook.id),
  'X-WC-Webhook-Delivery-ID': deliveryId(webhook, at),
})

/** Headers of the ping at activation: a form, unsigned. */
export const pingHeaders: Record<string, string> = { ...agent, 'Content-Type': 'application/x-www-form-urlencoded' }

export type Poster = {
  post(url: string, headers: Record<string, string>, body: Buffer): Promise<Post>
  close(): void
}

/** Sends one request per webhook: no redirects, no retry, `timeoutMs` (60 s in WordPress) for the whole of it. Never rejects. */
export const createPoster = (timeoutMs = 60_000): Poster => {
  const plain = new Agent({ keepAlive: true })
  const secure = new SecureAgent({ keepAlive: true })
  const send = (target: URL, headers: Record<string, string>, body: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { method: 'POST', headers: { ...headers, 'Content-Length': body.length }, signal: AbortSignal.timeout(timeoutMs) }
      const outgoing =
        target.protocol === 'https:' ? secureRequest(target, { ...options, agent: secure }) : request(target, { ...options, agent: plain })
      outgoing.once('error', reject)
      outgoing.once('response', (answer) => {
        answer.once('error', reject)
        answer.once('end', () => resolve(answer.statusCode ?? 0))
        answer.resume()
      })
      outgoing.end(body)
    })
  return {
    async post(url, headers, body) {
      try {
        const status = await send(new URL(url), headers, body)
        return { status, outcome: { kind: 'answered', status } }
      } catch (error) {
        return { status: undefined, outcome: { kind: 'failed', error: error instanceof Error ? error.message : String(error) } }
      }
    },
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}
