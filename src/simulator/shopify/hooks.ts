import { createHmac, randomUUID } from 'node:crypto'
import type { FaultBoard } from '../faults.ts'
import type { Book } from './book.ts'

export interface SentHook {
  readonly topic: string
  readonly id: string
  readonly body: string
  readonly status: number | undefined
}
export interface Hooks {
  tell(topic: string, body: object): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly SentHook[]
}

/**
 * Sends events to the subscriptions of their topic, signed with the client secret. Faults: `missing`, `duplicate` (the same id twice), `late` and `out-of-order` (held back for some ms, so that later events
 * overtake it). Shopify tries again for four hours; this one tries once.
 */
export function createHooks(book: Book, clientSecret: string, faults: FaultBoard): Hooks {
  const sent: SentHook[] = []
  const running = new Set<Promise<void>>()
  const post = async (uri: string, topic: string, id: string, body: string): Promise<void> => {
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
    sent.push({ topic, id, body, status })
  }
  const begin = (work: Promise<void>) => {
    running.add(work)
    void work.finally(() => running.delete(work))
  }
  return {
    sent,
    tell: (topic, payload) => {
      const body = JSON.stringify(payload)
      for (const { uri } of [...book.hooks.values()].filter((hook) => hook.topic === topic.toUpperCase().replaceAll('/', '_'))) {
        const missing = faults.draw('missing', { path: topic })
        if (missing !== undefined) {
          missing.happened()
          continue
        }
        const id = randomUUID()
        const held = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
        const twice = faults.draw('duplicate', { path: topic })
        const work = async () => {
          if (held !== undefined) await new Promise((resolve) => setTimeout(resolve, held.ms))
          await post(uri, topic, id, body)
          if (twice !== undefined) await post(uri, topic, id, body)
        }
        held?.happened()
        twice?.happened()
        begin(work())
      }
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
