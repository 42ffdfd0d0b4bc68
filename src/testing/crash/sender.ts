import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { CrashOrder } from './partner-log.ts'
import { hookSecret } from './workspace.ts'

/** A platform that sends webhooks until it is answered 2xx, as platforms do; what it was promised is remembered here and nowhere else. */
export interface CrashSender {
  /** when each event was acknowledged first, and which order and revision it carried */
  readonly accepted: ReadonlyMap<string, { readonly at: number; readonly order: number; readonly revision: number }>
  /** answers by status; 0: none */
  readonly statuses: Readonly<Record<string, number>>
  /** slowest answer in ms */
  readonly slowestMs: number
  /** sends one event until it is accepted, or as often as is said; answers whether it was */
  send(event: CrashEvent, tries?: number): Promise<boolean>
  /** no further tries */
  giveUp(): void
}
export interface CrashEvent {
  readonly id: string
  readonly order: CrashOrder
  readonly revision: number
  /** left out of the body, so that the record is refused */
  readonly without?: keyof CrashOrder
}

const answerLimitMs = 5000
const atOnce = 24
const pauseMs = 100
const mostPauseMs = 1000

/** `address`: of the hook as it is now. */
export function openSender(address: () => string): CrashSender {
  const accepted = new Map<string, { at: number; order: number; revision: number }>()
  const statuses: Record<string, number> = {}
  let slowestMs = 0
  let over = false

  let sending = 0
  const waiting: (() => void)[] = []
  /** Platforms send a few at a time; what is not answered must not pile up in this process. */
  const inTurn = async (work: () => Promise<number>): Promise<number> => {
    if (sending >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else sending++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) sending--
      else next()
    }
  }

  const once = async ({ id, order, without }: CrashEvent): Promise<number> => {
    const shown: Record<string, unknown> = { ...order }
    if (without !== undefined) delete shown[without]
    const body = JSON.stringify({ event: id, topic: 'order', order: shown })
    const signature = createHmac('sha256', hookSecret).update(body).digest('hex')
    const began = performance.now()
    try {
      const answer = await fetch(address(), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'x-signature': signature },
        signal: AbortSignal.timeout(answerLimitMs),
      })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 0
    } finally {
      slowestMs = Math.max(slowestMs, performance.now() - began)
    }
  }

  return {
    accepted,
    statuses,
    get slowestMs() {
      return slowestMs
    },
    async send(event, tries = Number.POSITIVE_INFINITY) {
      for (let n = 0; n < tries && !over; n++) {
        const status = await inTurn(() => (over ? Promise.resolve(0) : once(event)))
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status >= 200 && status < 300) {
          if (!accepted.has(event.id)) accepted.set(event.id, { at: Date.now(), order: event.order.id, revision: event.revision })
          return true
        }
        await wait(Math.min(mostPauseMs, pauseMs * 1.5 ** n))
      }
      return false
    },
    giveUp() {
      over = true
    },
  }
}
