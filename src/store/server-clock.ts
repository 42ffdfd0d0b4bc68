/** How often the other clock is asked. */
const everyMs = 5000

export interface ServerClock {
  /** epoch ms by the other clock */
  now(): Promise<number>
  /** the same, for those who cannot wait */
  read(): number
  close(): void
}

/**
 * The clock of another host, asked every few seconds; in between this process counts on from the last answer, so that a transaction never needs a second connection for the time. Its error is half a
 * round trip; it never steps back. An answer that was long under way (a cut cable, a frozen process) moves the clock only as far as it proves. `ask` answers epoch ms.
 */
export async function serverClock(ask: () => Promise<number>): Promise<ServerClock> {
  let ahead: number | undefined
  let last = 0
  const look = async () => {
    const asked = performance.now()
    const told = await ask()
    const [least, most] = [told - performance.now(), told - asked]
    ahead = ahead === undefined ? (least + most) / 2 : Math.min(most, Math.max(least, ahead))
  }
  await look()
  // while the host is away the last answer goes on
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  timer.unref()
  const read = () => {
    last = Math.max(last, Math.floor(performance.now() + (ahead ?? 0)))
    return last
  }
  return {
    read,
    now: async () => read(),
    close: () => clearInterval(timer),
  }
}
