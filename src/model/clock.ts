/** Where every time in the hub comes from: epoch milliseconds, UTC. Tests pass their own. */
export interface Clock {
  now(): number
  /** resolves after the span, or at once when the signal is aborted */
  sleep(spanMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (spanMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, spanMs)
      signal?.addEventListener('abort', done, { once: true })
    }),
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a span as an integrator writes it: `250ms`, `5s`, `10m`, `2h`, `1d`. undefined when it is none. */
export function spanMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 0) : undefined
}
