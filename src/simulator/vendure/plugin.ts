import { createHmac, randomUUID } from 'node:crypto'
import type { FaultBoard } from '../faults.ts'
import type { Tell } from './staff.ts'

export interface PluginEvents {
  readonly tell: Tell
  /** from now on to this address, signed with this secret (`whsec_…`) */
  init(url: string, secret: string): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly { readonly topic: string; readonly id: string; readonly status: number | undefined }[]
}

/**
 * The plugin's part of a shop: keys of what changed, signed as Standard Webhooks says. Faults: `missing`, `duplicate` (the same id twice), `late` and `out-of-order` (held back for some ms, so that later events
 * overtake it). It tries once; the real plugin tries five times.
 */
export function createPlugin(faults: FaultBoard, now: () => Date): PluginEvents {
  const sent: { topic: string; id: string; status: number | undefined }[] = []
  const running = new Set<Promise<void>>()
  let target: { readonly url: string; readonly key: Buffer } | undefined
  const post = async (url: string, key: Buffer, topic: string, id: string, body: string): Promise<void> => {
    const timestamp = String(Math.floor(now().getTime() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    const status = await fetch(url, { method: 'POST', headers, body }).then(
      (answer) => answer.status,
      () => undefined,
    )
    sent.push({ topic, id, status })
  }
  return {
    sent,
    init: (url, secret) => {
      target = { url, key: Buffer.from(secret.replace(/^whsec_/, ''), 'base64') }
    },
    tell: (topic, key) => {
      if (target === undefined) return
      const { url, key: secret } = target
      const missing = faults.draw('missing', { path: topic })
      if (missing !== undefined) {
        missing.happened()
        return
      }
      const id = `msg_${randomUUID()}`
      const body = JSON.stringify({ type: topic, timestamp: now().toISOString(), data: [{ id: String(key) }] })
      const held = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
      const twice = faults.draw('duplicate', { path: topic })
      const work = async () => {
        if (held !== undefined) await new Promise((resolve) => setTimeout(resolve, held.ms))
        await post(url, secret, topic, id, body)
        if (twice !== undefined) await post(url, secret, topic, id, body)
      }
      held?.happened()
      twice?.happened()
      const sending = work().finally(() => running.delete(sending))
      running.add(sending)
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
