import { AsyncLocalStorage } from 'node:async_hooks'
import { bug, isHubError, retry } from '../model/errors.ts'
import type { Database, Tx } from './database.ts'

/** What became of one ask: it is done, or it was refused and left nothing. */
export type Outcome<R> = { readonly done: R } | { readonly refused: unknown }

/** A unit of work that says nothing of an ask is wrong, and the ask is not done. */
export const doneOrRefused = <R>(outcome: Outcome<R> | undefined): Outcome<R> =>
  outcome ?? { refused: bug('joint-outcome', 'a unit of work gave fewer outcomes than it was asked for') }

/** @throws what refused the ask */
export function doneOf<R>(outcome: Outcome<R> | undefined): R {
  const known = doneOrRefused(outcome)
  if ('refused' in known) throw known.refused
  return known.done
}

/** Carries out asks, in the order they came, in one transaction, and answers each. One that is refused must have written nothing; what it throws undoes all of them. */
export type CarryOut<A, R> = (tx: Tx, asks: readonly A[]) => Promise<readonly Outcome<R>[]>

export interface JointOptions<A> {
  /** how much of {@link mostWeight} an ask takes; 1 */
  readonly weight?: (ask: A) => number
  /** asks of one name never share a transaction: the second sees what became of the first */
  readonly name?: (ask: A) => string | undefined
  /** asks that may wait; 10,000 */
  readonly maxWaiting?: number
}

/** What one transaction takes at most; a single ask may weigh more. */
const mostAsks = 64
const mostWeight = 256
/** An ask that has waited so long behind other transactions has one of its own begun, of at most so many at once. */
const patienceMs = 25
const mostAtOnce = 4
/** Turns of the event loop that a first ask waits for others. */
const turns = 3

const breath = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Waiting<A, R> {
  readonly ask: A
  readonly weight: number
  readonly name: string | undefined
  readonly since: number
  readonly answer: (value: R) => void
  readonly refuse: (error: unknown) => void
}

/**
 * Asks of one kind that come at the same moment, from whomever, are carried out in one transaction, in the order they came: a row that all of them need is locked once, and they share statements and COMMIT. None is
 * answered before the COMMIT. When the transaction fails as a whole, after the tries of `write`, each ask has one of its own; when the COMMIT itself failed nobody knows, and all hear so. Other processes have doors of
 * their own and meet in the rows.
 * @throws HubError `store-busy` (retry) when too many wait, and whatever refused the ask
 */
export function jointWrites<A, R>(
  write: Database['write'],
  carryOut: CarryOut<A, R>,
  options: JointOptions<A> = {},
): (ask: A) => Promise<R> {
  const { weight = () => 1, name = () => undefined, maxWaiting = 10_000 } = options
  const queue: Waiting<A, R>[] = []
  // whoever comes first must not lend its call chain to the others
  const outside = AsyncLocalStorage.snapshot()
  let atOnce = 0
  let isSet = false

  const carry = async (batch: readonly Waiting<A, R>[]): Promise<void> => {
    const asks = batch.map(({ ask }) => ask)
    let outcomes: readonly Outcome<R>[]
    try {
      outcomes = await write((tx) => carryOut(tx, asks))
    } catch (error) {
      if (batch.length === 1 || isFor(error, 'commit-unknown', 'store-busy')) for (const { refuse } of batch) refuse(error)
      else await Promise.all(batch.map((one) => carry([one])))
      return
    }
    for (const [place, { answer, refuse }] of batch.entries()) {
      const outcome = doneOrRefused(outcomes[place])
      if ('refused' in outcome) refuse(outcome.refused)
      else answer(outcome.done)
    }
  }

  const next = (): Waiting<A, R>[] => {
    const names = new Set<string>()
    let total = 0
    const most = queue.findIndex((waiting, place) => {
      total += waiting.weight
      const isOver = place > 0 && (place >= mostAsks || total > mostWeight)
      if (isOver || (waiting.name !== undefined && names.has(waiting.name))) return true
      if (waiting.name !== undefined) names.add(waiting.name)
      return false
    })
    return queue.splice(0, most < 0 ? queue.length : most)
  }

  const begin = async (): Promise<void> => {
    atOnce++
    for (let turn = 0; turn < turns && queue.length < mostAsks; turn++) await breath()
    await carry(next())
    atOnce--
    wake()
  }

  /** Begins what is to begin now, and looks again when somebody's patience ends. */
  const wake = (): void => {
    const [first] = queue
    if (first === undefined) return
    const left = first.since + patienceMs - performance.now()
    if (atOnce === 0 || (left <= 0 && atOnce < mostAtOnce)) void begin()
    else if (atOnce < mostAtOnce && !isSet) {
      isSet = true
      setTimeout(lookAgain, Math.max(1, left))
    }
  }
  const lookAgain = () => {
    isSet = false
    wake()
  }

  return (ask) =>
    new Promise((answer, refuse) => {
      if (queue.length >= maxWaiting)
        return refuse(
          retry(
            'store-busy',
            `${maxWaiting} asks of this kind wait for the store: try again later, or look for a write that takes too long`,
          ),
        )
      queue.push({ ask, weight: weight(ask), name: name(ask), since: performance.now(), answer, refuse })
      outside(wake)
    })
}

const isFor = (error: unknown, ...codes: readonly string[]): boolean => isHubError(error) && codes.includes(error.detail.code)
