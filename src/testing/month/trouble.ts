import { setTimeout as wait } from 'node:timers/promises'
import { between, type Chance } from '../../simulator/day/chance.ts'
import type { MonthHub } from './hub.ts'

/** Kills the hub in the middle of a piece of work, and starts it again at once. */
export interface Trouble {
  kills: number
  /** does the work while the hub is killed `times` times at moments of its own choice */
  around(times: number, work: () => Promise<void>): Promise<void>
}

const longestWaitMs = 1500

export function openTrouble(hub: MonthHub, chance: Chance, aheadMs: () => number): Trouble {
  const trouble: Trouble = {
    kills: 0,
    async around(times, work) {
      const killing = (async () => {
        for (let n = 0; n < times; n++) {
          await wait(between(chance, 50, longestWaitMs))
          await hub.kill()
          trouble.kills++
          await hub.start(aheadMs())
        }
      })()
      await work()
      await killing
    },
  }
  return trouble
}
