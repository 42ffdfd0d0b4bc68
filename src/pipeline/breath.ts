/** A run of work longer than this keeps whoever waits for an answer waiting. */
const mostMs = 4

/** Lets the process answer others in the middle of long work: awaited between two pieces of it, it gives way where the last time is long enough ago. */
export function breathing(): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < mostMs) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        last = performance.now()
        resolve()
      }),
    )
  }
}
