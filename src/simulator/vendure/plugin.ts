import { createHmac, randomUUID } from 'node:crypto'
import type { FaultBoard } from '../faults.ts'
import type { Handling, Tell } from './staff.ts'

export interface SentEvent {
  readonly topic: string
  readonly id: string
  /** undefined: no answer came */
  readonly status: number | undefined
  /** the same event once more */
  readonly again: boolean
}
/** Events that were never sent: kept quiet for their order or by a fault, or of a plugin that died. */
export interface UnsentEvents {
  readonly missing: number
  readonly silent: number
}
export interface PluginEvents {
  readonly tell: Tell
  /** what becomes of all events of an order */
  readonly handle: (order: number, handling: Handling) => void
  /** sends the events of an order that were held back, the newest first, and none later than at once */
  release(order: number): void
  /** from now on to this address, signed with this secret (`whsec_…`) */
  init(url: string, secret: string): void
  /** a body as it stands, properly signed */
  sendSigned(body: string): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly SentEvent[]
  unsent(): UnsentEvents
}

/**
 * The plugin's part of a shop: keys of what changed, signed as Standard Webhooks says. Faults: `missing`, `duplicate` (the same id twice), `late` and `out-of-order` (held back for some ms, so that later events
 * overtake it), `silent-death` (from then on nothing is sent any more). It tries once; the real plugin tries five times.
 */
export function createPlugin(faults: FaultBoard, now: () => Date): PluginEvents {
  const sent: SentEvent[] = []
  const running = new Set<Promise<void>>()
  const handlings = new Map<number, Handling>()
  const held = new Map<number, (() => void)[]>()
  let target: { readonly url: string; readonly key: Buffer } | undefined
  let isDead = false
  let missing = 0
  let silent = 0
  const post = async (topic: string, id: string, body: string, again: boolean): Promise<void> => {
    if (target === undefined) return
    const timestamp = String(Math.floor(now().getTime() / 1000))
    const signature = createHmac('sha256', target.key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    const status = await fetch(target.url, { method: 'POST', headers, body }).then(
      (answer) => answer.status,
      () => undefined,
    )
    sent.push({ topic, id, status, again })
  }
  const run = (work: () => Promise<void>): void => {
    const sending = work().finally(() => running.delete(sending))
    running.add(sending)
  }
  const newId = () => `msg_${randomUUID()}`
  const send = (topic: string, key: number, handling: Handling): void => {
    const id = newId()
    const body = JSON.stringify({ type: topic, timestamp: now().toISOString(), data: [{ id: String(key) }] })
    const late = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
    const twice = handling === 'twice' ? undefined : faults.draw('duplicate', { path: topic })
    late?.happened()
    twice?.happened()
    run(async () => {
      if (late !== undefined) await new Promise((resolve) => setTimeout(resolve, late.ms))
      await post(topic, id, body, false)
      if (twice !== undefined || handling === 'twice') await post(topic, id, body, true)
    })
  }
  return {
    sent,
    unsent: () => ({ missing, silent }),
    init: (url, secret) => {
      target = { url, key: Buffer.from(secret.replace(/^whsec_/, ''), 'base64') }
    },
    handle: (order, handling) => void handlings.set(order, handling),
    release: (order) => {
      handlings.set(order, 'sent')
      const events = held.get(order) ?? []
      held.delete(order)
      for (const event of events.toReversed()) event()
    },
    sendSigned: (body) => run(() => post('unreadable', newId(), body, false)),
    tell: (topic, key) => {
      if (target === undefined) return
      const handling = topic === 'order.changed' ? (handlings.get(key) ?? 'sent') : 'sent'
      const death = isDead ? undefined : faults.draw('silent-death', { path: topic })
      death?.happened()
      if (death !== undefined) isDead = true
      if (isDead) {
        silent += 1
        return
      }
      const lost = handling === 'quiet' ? undefined : faults.draw('missing', { path: topic })
      lost?.happened()
      if (handling === 'quiet' || lost !== undefined) missing += 1
      else if (handling === 'hold') held.set(key, [...(held.get(key) ?? []), () => send(topic, key, handling)])
      else send(topic, key, handling)
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
