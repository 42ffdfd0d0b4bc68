import { AsyncLocalStorage } from 'node:async_hooks'
import { bug, type HubError, retry } from '../model/errors.ts'

/** One running `write`, known to everything it calls. */
export interface RunningWrite {
  /** why its transaction is of no use any more; made when somebody uses it: an error costs its stack, and every transaction ends */
  ended: (() => HubError) | undefined
}

export interface WriteChain {
  /** @throws HubError `store-nested` (bug) inside a running write of the same call chain */
  check(what: string): void
  run<T>(running: RunningWrite, work: () => Promise<T>): Promise<T>
}

/** Knows inside which write a call happens: whoever uses the store's other doors there could see or wait for himself. */
export function writeChain(): WriteChain {
  const chain = new AsyncLocalStorage<RunningWrite>()
  return {
    check(what) {
      const running = chain.getStore()
      if (running && !running.ended)
        throw bug(
          'store-nested',
          `${what} was used inside a running write(): use the transaction handed to it, else the work could see or wait for itself`,
        )
    },
    run: (running, work) => chain.run(running, work),
  }
}

export const transactionEnded = (): HubError =>
  bug('transaction-ended', 'a transaction was used after its write() had ended: await every query inside the work')

/** @throws HubError `write-too-long` (retry) */
export async function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, refuse) => {
    timer = setTimeout(
      () =>
        refuse(
          retry(
            'write-too-long',
            `a write had not ended after ${limitMs} ms and was rolled back: it must not wait for anything outside the store`,
          ),
        ),
      limitMs,
    )
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
