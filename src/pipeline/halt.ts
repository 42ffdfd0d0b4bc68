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
 * whatever it still writes is refused by the fence.
 */
export async function keepLease<T>(
  leaseMs: number,
  beat: () => Promise<void>,
  abort: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  let beating: Promise<void> | undefined
  const timer = setInterval(
    () => {
      beating ??= beat()
        .catch((error: unknown) => lost.abort(error))
        .finally(() => {
          beating = undefined
        })
    },
    Math.max(50, Math.floor(leaseMs / 3)),
  )
  try {
    return await work(AbortSignal.any([abort, lost.signal]))
  } finally {
    clearInterval(timer)
    await beating
  }
}
