/** How running work is told to end. */
export interface Halt {
  /** begin nothing new: end after the step at hand */
  readonly stop: AbortSignal
  /** give up what is under way, also a call to a partner */
  readonly abort: AbortSignal
}

export const noHalt = (): Halt => ({ stop: new AbortController().signal, abort: new AbortController().signal })

/**
 * Runs work that waits for a partner and extends its lease with `beat` all the while. When a beat fails the lease is lost: the signal given to the work is aborted, and
 * whatever it still writes is refused by the fence. What it does at the partner no fence can take back: `held` tells by this machine's clock whether the lease lasts, so that a process which was
 * frozen finds out before it acts. `since`: reading of performance.now() before the lease was taken.
 */
export async function keepLease<T>(
  leaseMs: number,
  beat: () => Promise<void>,
  abort: AbortSignal,
  work: (signal: AbortSignal, held: () => boolean) => Promise<T>,
  since = performance.now(),
): Promise<T> {
  let heldUntil = since + leaseMs
  const lost = new AbortController()
  let beating: Promise<void> | undefined
  const timer = setInterval(
    () => {
      const began = performance.now()
      beating ??= beat()
        .then(
          () => {
            heldUntil = began + leaseMs
          },
          (error: unknown) => lost.abort(error),
        )
        .finally(() => {
          beating = undefined
        })
    },
    Math.max(50, Math.floor(leaseMs / 3)),
  )
  try {
    return await work(AbortSignal.any([abort, lost.signal]), () => performance.now() < heldUntil)
  } finally {
    clearInterval(timer)
    await beating
  }
}
