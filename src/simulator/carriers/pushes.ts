import type { FaultBoard } from '../faults.ts'

export interface SentPush {
  readonly to: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly status: number | undefined
  readonly answer: string
}
export interface Pushes {
  push(topic: string, to: string, headers: Readonly<Record<string, string>>, body: string): void
  /** everything that was told has been sent, or lost */
  settled(): Promise<void>
  readonly sent: readonly SentPush[]
}

/** Sends what services tell by themselves. Faults: `missing`, `duplicate`, `late` and `out-of-order` (held back for some ms, so that later ones overtake it). The real ones try again for hours; these try once. */
export function createPushes(faults: FaultBoard): Pushes {
  const sent: SentPush[] = []
  const running = new Set<Promise<void>>()
  const post = async (to: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> => {
    const { status, answer } = await fetch(to, { method: 'POST', headers, body }).then(
      async (reply) => ({ status: reply.status, answer: await reply.text() }),
      () => ({ status: undefined, answer: '' }),
    )
    sent.push({ to, headers, body, status, answer })
  }
  return {
    sent,
    push(topic, to, headers, body) {
      const missing = faults.draw('missing', { path: topic })
      if (missing !== undefined) return missing.happened()
      const held = faults.draw('late', { path: topic }) ?? faults.draw('out-of-order', { path: topic })
      const twice = faults.draw('duplicate', { path: topic })
      const work = async () => {
        if (held !== undefined) await new Promise((resolve) => setTimeout(resolve, held.ms))
        await post(to, headers, body)
        if (twice !== undefined) await post(to, headers, body)
      }
      held?.happened()
      twice?.happened()
      const done = work()
      running.add(done)
      void done.finally(() => running.delete(done))
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
