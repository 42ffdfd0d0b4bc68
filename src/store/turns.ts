import { retry } from '../model/errors.ts'

/** A fair lock: whoever asked first goes first. */
export interface Turns {
  /** Resolves with the function that gives the turn back (idempotent). @throws HubError `store-busy` (retry) when too many wait. */
  take(): Promise<() => void>
}

export function takeTurns(maxWaiting: number): Turns {
  const waiting: (() => void)[] = []
  let head = 0
  let taken = false

  const next = () => {
    const wake = waiting[head]
    if (!wake) {
      taken = false
      return
    }
    head++
    if (head > 1024 && head * 2 > waiting.length) {
      waiting.splice(0, head)
      head = 0
    }
    wake()
  }
  const turn = () => {
    let given = false
    return () => {
      if (given) return
      given = true
      next()
    }
  }
  return {
    async take() {
      if (taken) {
        if (waiting.length - head >= maxWaiting)
          throw retry('store-busy', `the store has ${maxWaiting} writes waiting: try again later, or look for a write that takes too long`)
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else taken = true
      return turn()
    },
  }
}
