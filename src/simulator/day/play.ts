import { reject } from '../../model/errors.ts'
import { createDayClock, type DayClock, endOfDay, hourText } from './day-clock.ts'
import type { Desk } from './desk.ts'
import { buyerDesk, dockDesk, readNumbers, sellerDesk } from './desk-purchases.ts'
import { garbledDesk, lateCancelDesk, shopsDesk } from './desk-shops.ts'
import { troubleDesk } from './desk-trouble.ts'
import { returnsDesk, warehouseDesk } from './desk-warehouse.ts'
import { unknownCode } from './plan-articles.ts'
import type { World } from './world.ts'

/** The line that an integrator adds to the crosswalk at 16:00. */
export type CrosswalkLine = { readonly type: 'product'; readonly connection: 'shop-us'; readonly externalKey: string; readonly key: string }

/** Which hour of the day it is, as a key for the text that a reader sees. */
export type Scene = 'baseline' | 'purchases' | 'orders' | 'receipts' | 'trouble' | 'red-lamp' | 'crosswalk' | 'evening' | 'done'

/** `done` of `total` things that the day's people have to do. */
export type Progress = { readonly clock: string; readonly scene: Scene; readonly done: number; readonly total: number }

/** Those outside the world: who runs the hub and reads along. */
export type Outside = {
  /** Resolves when the hub has read the morning's master data and stock. */
  baseline(): Promise<void>
  /** Resolves when the orders that wait for this line were seen waiting in the hub and the line was added. */
  crosswalk(line: CrosswalkLine): Promise<void>
  progress(progress: Progress): void
}

export type PlayOptions = {
  /** Nothing happened for so long although the day is over: then it fails. 120 s when absent. */
  readonly patienceMs?: number
  /** The whole play, waiting included: ten minutes more than its pace when absent. */
  readonly limitMs?: number
  readonly signal?: AbortSignal
}

export type Play = {
  /**
   * Plays the day once. Resolves when everybody in the world has done their work; what the hub still has to deliver after that is not awaited.
   * Rejects with a HubError that names what was waited for, or with what went wrong in a system.
   */
  run(outside: Outside, options?: PlayOptions): Promise<void>
  /** What is still to do, one line for each desk that is not done. */
  waiting(): readonly string[]
}

const turnMs = 25
const progressMs = 250
const crosswalkAt = 16 * 60

const sceneAt = (minute: number): Scene => {
  if (minute < 8 * 60 + 35) return 'purchases'
  if (minute < 10 * 60) return 'orders'
  if (minute < 13 * 60) return 'receipts'
  if (minute < 14 * 60 + 10) return 'trouble'
  if (minute < crosswalkAt) return 'red-lamp'
  return minute < 17 * 60 ? 'crosswalk' : 'evening'
}

/** A desk for something that another one answers: asked once at its minute, done when the answer is there. */
const askingDesk = (name: string, what: string, from: () => boolean, ask: () => Promise<void>, failed: (cause: unknown) => void): Desk => {
  let state: 'before' | 'asked' | 'answered' | 'done' = 'before'
  return {
    name,
    total: 1,
    work() {
      if (state === 'before' && from()) {
        state = 'asked'
        ask().then(() => {
          state = 'answered'
        }, failed)
      }
      if (state !== 'answered') return 0
      state = 'done'
      return 1
    },
    waiting: () => (state === 'done' ? undefined : what),
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Prepares the day; nothing moves before `run`. One world can be played once. */
export const createPlay = (world: World): Play => {
  let failure: { readonly cause: unknown } | undefined
  const failed = (cause: unknown): void => {
    failure ??= { cause }
  }
  let outside: Outside | undefined
  let minuteNow = 0
  const purchaseIds = new Map<number, number>()
  const buyer = buyerDesk(world, purchaseIds)
  const line: CrosswalkLine = {
    type: 'product',
    connection: 'shop-us',
    externalKey: world.shops['shop-us'].productKey(unknownCode),
    key: unknownCode,
  }
  const numbers = (): Promise<void> => readNumbers(world, purchaseIds)
  const desks: readonly Desk[] = [
    buyer,
    askingDesk('purchase numbers', "the numbers of the purchases in Harbour's ERP", () => buyer.waiting() === undefined, numbers, failed),
    shopsDesk(world),
    sellerDesk(world),
    dockDesk(world),
    warehouseDesk(world),
    lateCancelDesk(world),
    troubleDesk(world, failed),
    garbledDesk(world),
    askingDesk(
      'crosswalk',
      `the line ${line.connection} ${line.externalKey} = ${line.key} of the crosswalk, which someone outside has to add`,
      () => minuteNow >= crosswalkAt,
      async () => outside?.crosswalk(line),
      failed,
    ),
    returnsDesk(world),
  ]
  const total = desks.reduce((sum, desk) => sum + desk.total, 0)
  const waiting = (): readonly string[] =>
    desks.flatMap((desk) => {
      const what = desk.waiting()
      return what === undefined ? [] : [`${desk.name}: ${what}`]
    })
  const stuck = (code: string, why: string): Error =>
    reject(code, `the day cannot end (${why}). Still waiting for:\n  ${waiting().join('\n  ')}`)

  const turns = async (clock: DayClock, tell: (progress: Progress) => void, options: PlayOptions): Promise<void> => {
    const limitMs = options.limitMs ?? world.pace * 1000 + 600_000
    const patienceMs = options.patienceMs ?? 120_000
    const startedAt = performance.now()
    let lastWork = startedAt
    let lastTold = 0
    let done = 0
    while (waiting().length > 0) {
      options.signal?.throwIfAborted()
      if (failure) throw failure.cause
      const now = performance.now()
      minuteNow = clock.minute()
      const worked = desks.reduce((sum, desk) => sum + desk.work(minuteNow), 0)
      done += worked
      if (worked > 0 || minuteNow < endOfDay) lastWork = now
      if (now - lastTold >= progressMs) {
        lastTold = now
        tell({ clock: hourText(minuteNow), scene: sceneAt(minuteNow), done, total })
      }
      if (now - lastWork > patienceMs) throw stuck('day-stalled', `nothing happened for ${Math.round(patienceMs / 1000)} s`)
      if (now - startedAt > limitMs) throw stuck('day-too-long', `its limit of ${Math.round(limitMs / 1000)} s is over`)
      await pause(turnMs)
    }
    tell({ clock: hourText(Math.max(minuteNow, endOfDay)), scene: 'done', done, total })
  }

  return {
    async run(given, options = {}) {
      if (outside) throw reject('played-before', 'this day was played already; start another world')
      outside = given
      given.progress({ clock: '08:00', scene: 'baseline', done: 0, total })
      await given.baseline()
      await turns(createDayClock(world.pace), (progress) => given.progress(progress), options)
    },
    waiting,
  }
}
