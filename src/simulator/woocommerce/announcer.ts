import type { FaultBoard } from '../faults.ts'
import type { Announce, Resource } from './shop-book.ts'
import type { Subscription } from './subscriptions.ts'
import type { Sender } from './webhook-sender.ts'

/** What a script wants done with the webhooks of one order: nothing leaves, it waits for `release`, or each goes out twice. */
export type Handling = 'quiet' | 'hold' | 'twice'

export type AnnouncerOptions = {
  readonly subscriptions: ReadonlyMap<number, Subscription>
  readonly sender: Sender
  readonly faults: FaultBoard
  /** Site clock, epoch ms. */
  readonly stamp: () => number
  readonly suppressEarlyUpdates: boolean
}

export type Announcer = {
  readonly announce: Announce
  handle(orderId: number, handling: Handling): void
  /** Sends what was held back for an order, as it was made or backwards, and lets later ones pass again. */
  release(orderId: number, sequence: 'as-made' | 'reversed'): number
  /** Sends the last webhook of an order once more to each subscription that had one. Returns how many. */
  resend(orderId: number): number
}

type Message = { readonly webhook: Subscription; readonly body: string }

/** Decides which webhooks an event makes. The bytes are frozen at the event, so a late one carries an old state. */
export const createAnnouncer = (options: AnnouncerOptions): Announcer => {
  const { subscriptions, sender, faults, stamp, suppressEarlyUpdates } = options
  const handlings = new Map<number, Handling>()
  const waiting = new Map<number, Message[]>()

  const dying = (webhook: Subscription): boolean => {
    const death = webhook.silent ? undefined : faults.draw('silent-death', { path: webhook.topic })
    if (death) {
      death.happened()
      webhook.silent = true
    }
    return webhook.silent
  }

  const pass = (resource: Resource, id: number, { webhook, body }: Message): void => {
    const handling = resource === 'order' ? handlings.get(id) : undefined
    if (dying(webhook)) {
      sender.skip(webhook, id, body, 'silent')
      return
    }
    if (handling === 'quiet') {
      faults.note('missing')
      sender.skip(webhook, id, body, 'missing')
      return
    }
    if (handling === 'hold') {
      waiting.set(id, [...(waiting.get(id) ?? []), { webhook, body }])
      return
    }
    sender.enqueue(webhook, id, body)
    if (handling === 'twice') {
      faults.note('duplicate')
      sender.enqueueRaw(webhook, id, Buffer.from(body), true)
    }
  }

  return {
    announce(resource, happening, id, json, createdAt) {
      const early = happening === 'updated' && stamp() - createdAt < 10_000
      if (suppressEarlyUpdates && early) return
      for (const webhook of subscriptions.values()) {
        if (webhook.status === 'active' && webhook.topic === `${resource}.${happening}`) pass(resource, id, { webhook, body: json() })
      }
    },
    handle(orderId, handling) {
      handlings.set(orderId, handling)
    },
    release(orderId, sequence) {
      handlings.delete(orderId)
      const messages = waiting.get(orderId) ?? []
      waiting.delete(orderId)
      const ordered = sequence === 'reversed' ? [...messages].reverse() : messages
      if (ordered.length > 0) faults.note(sequence === 'reversed' && ordered.length > 1 ? 'out-of-order' : 'late')
      for (const { webhook, body } of ordered) sender.enqueueRaw(webhook, orderId, Buffer.from(body), false)
      return ordered.length
    },
    resend(orderId) {
      const last = new Map<number, string>()
      for (const { webhookId, resourceId, topic, body, outcome } of sender.sent) {
        const left = outcome.kind === 'answered' || outcome.kind === 'failed'
        if (resourceId === orderId && topic.startsWith('order.') && left) last.set(webhookId, body)
      }
      for (const [webhookId, body] of last) {
        const webhook = subscriptions.get(webhookId)
        if (!webhook) continue
        faults.note('duplicate')
        sender.enqueueRaw(webhook, orderId, Buffer.from(body), true)
      }
      return last.size
    },
  }
}
