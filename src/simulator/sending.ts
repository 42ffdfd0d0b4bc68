/** Webhooks under way, and those that wait until they are released. `Key`: what they are about. */
export const openSending = <Key>() => {
  const running = new Set<Promise<void>>()
  const held = new Map<Key, (() => Promise<void>)[]>()
  const begin = (work: () => Promise<void>): void => {
    const sending = work().finally(() => running.delete(sending))
    running.add(sending)
  }
  return {
    begin,
    hold: (key: Key, work: () => Promise<void>): void => void held.set(key, [...(held.get(key) ?? []), work]),
    /** Sends what was held back, one after the other, the newest first. */
    release(key: Key): void {
      const waiting = held.get(key) ?? []
      held.delete(key)
      begin(async () => {
        for (const work of waiting.toReversed()) await work()
      })
    },
    /** Everything that was begun has been sent, or lost. */
    async settled(): Promise<void> {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
