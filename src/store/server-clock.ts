/** How often the other clock is asked. */
const everyMs = 5000

export interface ServerClock {
  /** epoch ms by the other clock */
  now(): Promise<number>
  close(): void
}

/**
 * The clock of another host, asked every few seconds; in between this process counts on from the last answer, so that a transaction never needs a second connection for the time. Its error is half a
 * round trip; it never steps back. `ask` answers epoch ms.
 */
export async function serverClock(ask: () => Promise<number>): Promise<ServerClock> {
  let ahead = 0
  let last = 0
  const look = async () => {
    const asked = performance.now()
    const told = await ask()
    ahead = told - (asked + performance.now()) / 2
  }
  await look()
  // while the host is away the last answer goes on
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  timer.unref()
  return {
    now: async () => {
      last = Math.max(last, Math.floor(performance.now() + ahead))
      return last
    },
    close: () => clearInterval(timer),
  }
}
