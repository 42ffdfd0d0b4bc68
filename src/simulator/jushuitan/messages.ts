import type { FaultBoard } from '../faults.ts'
import { openSending } from '../sending.ts'
import type { Order } from './book.ts'

export interface SentMessage {
  readonly topic: string
  readonly body: string
  readonly status: number | undefined
  /** `missing`: kept quiet, or dropped by a fault; `silent`: nothing is sent to this address any more */
  readonly outcome: 'answered' | 'failed' | 'missing' | 'silent'
  /** sent once more */
  readonly again: boolean
}
export interface Messages {
  /** where they go from now on */
  subscribe(address: string): void
  tell(topic: string, body: object, order?: Order): void
  /** sends what was held back of an order, the newest first */
  release(order: Order): void
  /** sends bytes of any kind */
  sendRaw(topic: string, body: string): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly SentMessage[]
}

/** Tries of one message. */
const mostTries = 10
const againMs = 300

/**
 * Messages to one address. Whoever does not answer `{"code":0}` gets them again, up to ten times. How they look and how they are signed is not published: these carry the id alone, and no signature. Faults: `missing`,
 * `duplicate`, `late` and `out-of-order` (held back for some ms), `silent-death` (nothing leaves any more).
 */
export function createMessages(faults: FaultBoard): Messages {
  const sent: SentMessage[] = []
  const { begin, hold, release, settled } = openSending<number>()
  let address: string | undefined
  let dead = false

  const post = async (to: string, topic: string, body: string, again: boolean): Promise<void> => {
    for (let tries = 1; tries <= mostTries; tries++) {
      const said = await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-8' }, body }).then(
        async (answer) => ({ status: answer.status, text: await answer.text() }),
        () => undefined,
      )
      const good = said?.status === 200 && /^\s*\{\s*"code"\s*:\s*0\b/.test(said.text)
      sent.push({ topic, body, status: said?.status, outcome: said === undefined ? 'failed' : 'answered', again: again || tries > 1 })
      if (good || said === undefined) return
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
  const unsent = (topic: string, body: string, outcome: 'missing' | 'silent') =>
    void sent.push({ topic, body, status: undefined, outcome, again: false })
  return {
    sent,
    subscribe: (to) => {
      address = to
    },
    tell: (topic, payload, order) => {
      if (address === undefined) return
      const to = address
      const body = JSON.stringify(payload)
      const died = faults.draw('silent-death', { path: topic })
      died?.happened()
      dead ||= died !== undefined
      if (dead) return unsent(topic, body, 'silent')
      const missing = faults.draw('missing', { path: topic })
      missing?.happened()
      if (missing !== undefined || order?.webhooks === 'quiet') return unsent(topic, body, 'missing')
      const late = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
      const doubled = faults.draw('duplicate', { path: topic })
      late?.happened()
      doubled?.happened()
      const work = async () => {
        if (late !== undefined) await new Promise((resolve) => setTimeout(resolve, late.ms))
        await post(to, topic, body, false)
        if (doubled !== undefined || order?.webhooks === 'twice') await post(to, topic, body, true)
      }
      if (order?.webhooks === 'hold') hold(order.id, work)
      else begin(work)
    },
    release: (order) => {
      order.webhooks = 'sent'
      release(order.id)
    },
    sendRaw: (topic, body) => {
      const to = address
      if (to !== undefined) begin(() => post(to, topic, body, false))
    },
    settled,
  }
}
