import { AsyncLocalStorage } from 'node:async_hooks'
import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'

type Work<T> = (tx: Tx) => Promise<T>

export interface GroupDoors {
  begin(): void
  /** runs one work so that its failure undoes its own statements only */
  run<T>(work: Work<T>): Promise<T>
  /** @throws when nobody may rely on any work of the group */
  commit(): void
  /** the store's turn, and the function that gives it back */
  turn(): Promise<() => void>
  readonly maxWaiting: number
}

/** One COMMIT carries at most so many works, and begins none after so long. */
const maxWorks = 64
const maxMs = 10

/** Turns of the event loop that a COMMIT waits for: an answer that arrived passes through several before its write is asked for. */
const turns = 3

/** Lets what arrived meanwhile ask for its write, so that it shares the COMMIT. */
const breath = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Waiting {
  /** runs the work; the answer is for after the COMMIT, a failure stands whatever becomes of the others */
  readonly run: () => Promise<{ readonly failed: boolean; readonly answer: () => void }>
  readonly refuse: (error: unknown) => void
}

/**
 * Group commit: works run one after the other, in the order they came, each atomic by itself; those that wait at the same moment end in one COMMIT, and none is answered before it.
 * When the COMMIT fails, all of them hear it.
 */
export function groupWrites(doors: GroupDoors): <T>(work: Work<T>) => Promise<T> {
  const queue: Waiting[] = []
  let active = false

  const carryOut = async (first: Waiting) => {
    const ended: { readonly member: Waiting; readonly failed: boolean; readonly answer: () => void }[] = []
    let current: Waiting | undefined = first
    let giveBack: (() => void) | undefined
    try {
      giveBack = await doors.turn()
      doors.begin()
      const started = performance.now()
      while (current !== undefined) {
        ended.push({ member: current, ...(await current.run()) })
        const isFull = ended.length >= maxWorks || performance.now() - started > maxMs
        for (let turn = 0; turn < turns && !isFull && queue.length === 0; turn++) await breath()
        current = isFull ? undefined : queue.shift()
      }
      doors.commit()
      for (const { answer } of ended) answer()
    } catch (error) {
      current?.refuse(error)
      for (const { member, failed, answer } of ended) failed ? answer() : member.refuse(error)
    } finally {
      giveBack?.()
    }
  }

  const pump = async () => {
    if (active) return
    active = true
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) await carryOut(first)
    active = false
  }

  return (work) =>
    new Promise((resolve, refuse) => {
      if (queue.length >= doors.maxWaiting)
        return refuse(
          retry('store-busy', `the store has ${doors.maxWaiting} writes waiting: try again later, or look for a write that takes too long`),
        )
      const here = AsyncLocalStorage.snapshot()
      queue.push({
        run: () =>
          here(() => doors.run(work)).then(
            (result) => ({ failed: false, answer: () => resolve(result) }),
            (error: unknown) => ({ failed: true, answer: () => refuse(error) }),
          ),
        refuse,
      })
      void pump()
    })
}
