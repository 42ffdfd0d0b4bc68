import type { FaultBoard, Hit } from '../faults.ts'
import { countAnswer, type Subscription } from './subscriptions.ts'
import { createPoster, deliveryHeaders, type Outcome, pingHeaders } from './webhook-post.ts'

/** One webhook that the shop had to send, with the bytes it carried. A resent or doubled one has its own line. */
export type Sent = {
  readonly webhookId: number
  readonly topic: string
  readonly resourceId: number
  readonly at: Date
  readonly body: string
  readonly duplicate: boolean
  readonly outcome: Outcome
}

type Job = {
  readonly webhook: Subscription
  readonly topic: string
  readonly resourceId: number
  readonly bytes: Buffer
  readonly duplicate: boolean
}

export type SenderOptions = {
  readonly faults: FaultBoard
  readonly clock: () => Date
  readonly source: () => string
  /** Sends under way at a time; those about one record keep their order. */
  readonly concurrency: number
}

export type Sender = {
  /** Queues a webhook, with the faults that the board has for it. Returns at once. */
  enqueue(webhook: Subscription, resourceId: number, body: string): void
  /** Sends exactly these bytes, properly signed, past every fault. */
  enqueueRaw(webhook: Subscription, resourceId: number, bytes: Buffer, duplicate: boolean): void
  /** Notes a webhook that never leaves the shop. */
  skip(webhook: Subscription, resourceId: number, body: string, kind: 'missing' | 'silent'): void
  ping(webhook: Subscription): void
  /** Resolves when nothing is queued, held back by a fault or under way. */
  settled(): Promise<void>
  close(): void
  readonly sent: readonly Sent[]
}

/** The shop's queue of webhooks. Sends in the background and never retries, as WooCommerce. */
export const createSender = ({ faults, clock, source, concurrency }: SenderOptions): Sender => {
  const poster = createPoster()
  const queue: Job[] = []
  const sent: Sent[] = []
  const busy = new Set<string>()
  const held = new Map<NodeJS.Timeout, { readonly job: Job; readonly hit: Hit; overtaken: boolean }>()
  const waiters: (() => void)[] = []
  let closed = false
  let pings = 0

  const kind = (job: Job): string => job.topic.split('.')[0] ?? ''
  const lane = (job: Job): string => `${kind(job)}/${job.resourceId}`

  const settle = (): void => {
    if (!closed && (queue.length > 0 || busy.size > 0 || held.size > 0 || pings > 0)) return
    for (const wake of waiters.splice(0)) wake()
  }

  const letGo = (timer: NodeJS.Timeout): void => {
    const entry = held.get(timer)
    if (!entry) return
    clearTimeout(timer)
    held.delete(timer)
    if (entry.hit.kind === 'late' || entry.overtaken) entry.hit.happened()
    else entry.hit.missed()
    queue.push(entry.job)
    pump()
  }

  const overtaken = (by: Job): void => {
    for (const [timer, entry] of [...held]) {
      if (entry.hit.kind !== 'out-of-order' || kind(entry.job) !== kind(by)) continue
      entry.overtaken = true
      if (entry.job.resourceId === by.resourceId) letGo(timer)
    }
  }

  const note = (job: Job, outcome: Outcome): void => {
    const { webhook, topic, resourceId, duplicate, bytes } = job
    sent.push({ webhookId: webhook.id, topic, resourceId, at: clock(), body: bytes.toString(), duplicate, outcome })
  }

  const send = async (job: Job): Promise<void> => {
    const key = lane(job)
    busy.add(key)
    const { webhook, bytes } = job
    const { status, outcome } = await poster.post(webhook.deliveryUrl, deliveryHeaders(webhook, bytes, source(), clock()), bytes)
    busy.delete(key)
    if (closed) return
    countAnswer(webhook, status)
    note(job, outcome)
    overtaken(job)
    pump()
  }

  const pump = (): void => {
    while (!closed && busy.size < concurrency) {
      const index = queue.findIndex((job) => !busy.has(lane(job)))
      if (index < 0) break
      const [job] = queue.splice(index, 1)
      if (job) void send(job)
    }
    settle()
  }

  const hold = (job: Job, hit: Hit): void => {
    const timer = setTimeout(() => letGo(timer), hit.ms)
    held.set(timer, { job, hit, overtaken: false })
  }

  return {
    sent,
    enqueue(webhook, resourceId, body) {
      const subject = { path: webhook.topic }
      const job: Job = { webhook, topic: webhook.topic, resourceId, bytes: Buffer.from(body), duplicate: false }
      const missing = faults.draw('missing', subject)
      if (missing) {
        missing.happened()
        return note(job, { kind: 'missing' })
      }
      const delay = faults.draw('out-of-order', subject) ?? faults.draw('late', subject)
      if (delay) hold(job, delay)
      else queue.push(job)
      const duplicate = faults.draw('duplicate', subject)
      if (duplicate) {
        duplicate.happened()
        queue.push({ ...job, duplicate: true })
      }
      pump()
    },
    enqueueRaw(webhook, resourceId, bytes, duplicate) {
      queue.push({ webhook, topic: webhook.topic, resourceId, bytes, duplicate })
      pump()
    },
    skip(webhook, resourceId, body, kind) {
      note({ webhook, topic: webhook.topic, resourceId, bytes: Buffer.from(body), duplicate: false }, { kind })
    },
    ping(webhook) {
      pings += 1
      void poster.post(webhook.deliveryUrl, pingHeaders, Buffer.from(`webhook_id=${webhook.id}`)).then(() => {
        pings -= 1
        settle()
      })
    },
    settled: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
        settle()
      }),
    close() {
      closed = true
      for (const timer of held.keys()) clearTimeout(timer)
      held.clear()
      queue.length = 0
      poster.close()
      settle()
    },
  }
}
