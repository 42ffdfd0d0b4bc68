import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../simulator/faults.ts'
import type { HubProcess } from './hub-process.ts'
import type { TrytonServer } from './tryton-server.ts'

/** What goes wrong during the day, and the door that the house's own people pass while Tryton runs. */
export interface Trouble {
  /** runs until everything went wrong as often as asked for, or until it is stopped */
  run(): Promise<void>
  stop(): Promise<void>
  /** work on a Tryton; waits while one restarts, and a restart waits for it */
  passing<T>(work: () => Promise<T>): Promise<T>
  readonly done: () => { readonly kills: number; readonly flushes: number; readonly restarts: number }
}

export interface TroubleOptions {
  readonly seed: number
  /** seconds over which it is spread */
  readonly pace: number
  readonly kills: number
  readonly flushes: number
  readonly hub: Pick<HubProcess, 'kill'>
  /** empties Redis; absent when the hub runs without it */
  readonly flush?: () => Promise<unknown>
  /** killed and started again once, in the middle */
  readonly erp: Pick<TrytonServer, 'crash'>
}

/**
 * Kills at seeded moments, spread evenly over the day: a kill comes anywhere in its own part of the day. A hub cannot tell kills from outside from a document that brings it down: the workspace's
 * `maxCrashes` is above their number, so that none is set aside as poison for having been under way three times.
 */
export function planTrouble({ seed, pace, kills, flushes, hub, flush, erp }: TroubleOptions): Trouble {
  const random = seededRandom(seed)
  const counts = { kills: 0, flushes: 0, restarts: 0 }
  const spread = (times: number) => Array.from({ length: times }, (_, at) => 0.03 + (0.92 * (at + random())) / times)
  const work = [
    ...spread(kills).map((at) => ({ at, run: kill })),
    ...(flush ? spread(flushes).map((at) => ({ at, run: empty })) : []),
    { at: 0.55, run: restart },
  ].sort((a, b) => a.at - b.at)
  let stopped = false
  let inside = 0
  let closed = false

  async function kill(): Promise<void> {
    await hub.kill()
    counts.kills++
  }

  async function empty(): Promise<void> {
    await flush?.()
    counts.flushes++
  }

  async function restart(): Promise<void> {
    closed = true
    try {
      while (inside > 0) await wait(10)
      await erp.crash()
      counts.restarts++
    } finally {
      closed = false
    }
  }

  return {
    async run() {
      const began = performance.now()
      for (const { at, run } of work) {
        while (!stopped && performance.now() - began < at * pace * 1000) await wait(20)
        await run()
      }
    },
    async stop() {
      stopped = true
    },
    async passing(task) {
      while (closed) await wait(10)
      inside++
      try {
        return await task()
      } finally {
        inside--
      }
    },
    done: () => counts,
  }
}
