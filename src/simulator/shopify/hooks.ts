import { createHmac, randomUUID } from 'node:crypto'
import type { FaultBoard } from '../faults.ts'
import { openSending } from '../sending.ts'
import type { Book, Order } from './book.ts'

export interface SentHook {
  readonly topic: string
  readonly id: string
  readonly body: string
  readonly status: number | undefined
  /** `missing`: kept quiet, or dropped by a fault; `silent`: of a subscription that died */
  readonly outcome: 'answered' | 'failed' | 'missing' | 'silent'
  /** sent a second time */
  readonly again: boolean
}
export interface Hooks {
  /** `order`: the one that it is about, which says what becomes of its webhooks */
  tell(topic: string, body: object, order?: Order): void
  /** sends what was held back of an order, the newest first */
  release(order: Order): void
  /** sends bytes of any kind, signed as they should be */
  sendSigned(topic: string, body: string): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly SentHook[]
}

/**
 * Sends events to the subscriptions of their topic, signed with the client secret. Faults: `missing`, `duplicate` (the same id twice), `late` and `out-of-order` (held back for some ms, so that later events
 * overtake it), `silent-death` (the subscription stays in the list and sends nothing any more). Shopify tries again for four hours; this one tries once.
 */
export function createHooks(book: Book, clientSecret: string, faults: FaultBoard): Hooks {
  const sent: SentHook[] = []
  const { begin, hold, release, settled } = openSending<number>()
  const post = async (uri: string, topic: string, id: string, body: string, again: boolean): Promise<void> => {
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-webhook-id': id,
      'x-shopify-shop-domain': 'simulated.myshopify.com',
      'x-shopify-api-version': '2026-07',
      'x-shopify-hmac-sha256': createHmac('sha256', clientSecret).update(body).digest('base64'),
    }
    const status = await fetch(uri, { method: 'POST', headers, body }).then(
      (answer) => answer.status,
      () => undefined,
    )
    sent.push({ topic, id, body, status, outcome: status === undefined ? 'failed' : 'answered', again })
  }
  const unsent = (topic: string, body: string, outcome: 'missing' | 'silent') => {
    sent.push({ topic, id: '', body, status: undefined, outcome, again: false })
  }
  const subscribed = (topic: string) => [...book.hooks.values()].filter((hook) => hook.topic === topic.toUpperCase().replaceAll('/', '_'))
  return {
    sent,
    tell: (topic, payload, order) => {
      const body = JSON.stringify(payload)
      for (const hook of subscribed(topic)) {
        const { uri } = hook
        const died = faults.draw('silent-death', { path: topic })
        if (died !== undefined) {
          died.happened()
          hook.dead = true
        }
        if (hook.dead) {
          unsent(topic, body, 'silent')
          continue
        }
        const missing = faults.draw('missing', { path: topic })
        missing?.happened()
        if (missing !== undefined || order?.webhooks === 'quiet') {
          unsent(topic, body, 'missing')
          continue
        }
        const id = randomUUID()
        const late = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
        const doubled = faults.draw('duplicate', { path: topic })
        const work = async () => {
          if (late !== undefined) await new Promise((resolve) => setTimeout(resolve, late.ms))
          await post(uri, topic, id, body, false)
          if (doubled !== undefined || order?.webhooks === 'twice') await post(uri, topic, id, body, true)
        }
        late?.happened()
        doubled?.happened()
        if (order?.webhooks === 'hold') hold(order.id, work)
        else begin(work)
      }
    },
    release: (order) => {
      order.webhooks = 'sent'
      release(order.id)
    },
    sendSigned: (topic, body) => {
      for (const { uri } of subscribed(topic)) begin(() => post(uri, topic, randomUUID(), body, false))
    },
    settled,
  }
}
