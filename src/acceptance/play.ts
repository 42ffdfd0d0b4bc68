import { setTimeout as wait } from 'node:timers/promises'
import { createDayClock, hourText } from '../simulator/day/day-clock.ts'
import { integratorDesk } from './desk-integrator.ts'
import { buyerDesk, dockDesk, sellerDesk } from './desk-purchases.ts'
import { lateCancelDesk, shopsDesk } from './desk-shops.ts'
import { returnsDesk, warehouseDesk } from './desk-warehouse.ts'
import type { Desk, House } from './house.ts'
import type { Trouble } from './trouble.ts'

export interface PlayOptions {
  /** seconds that the working day lasts at least */
  readonly pace: number
  /** the day is given up when nothing moves for so long after the last trouble: on a slow machine a hub that is killed over and over moves nothing */
  readonly patienceMs: number
}

/** How often a desk looks. Each look asks a Tryton, which has other work to do. */
const lookMs = 400

/** Plays the day with everyone at work at once. Answers what kept it from ending; empty when it ended. */
export async function playDay(
  house: House,
  trouble: Trouble,
  options: PlayOptions,
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const clock = createDayClock(options.pace)
  const desks = [
    buyerDesk(house),
    sellerDesk(house),
    dockDesk(house),
    shopsDesk(house),
    lateCancelDesk(house),
    warehouseDesk(house),
    returnsDesk(house),
    integratorDesk(house),
  ]
  const waiting = new Map<string, readonly string[]>()
  let moved = performance.now()
  let stopped = false
  const heard = (desk: Desk, left: readonly string[]) => {
    if (left.length !== waiting.get(desk.name)?.length) moved = performance.now()
    waiting.set(desk.name, left)
  }
  const working = desks.map(async (desk) => {
    for (let left: readonly string[] = ['the day']; left.length > 0 && !stopped; await wait(lookMs)) {
      left = await trouble.passing(() => desk.work(clock.minute()))
      heard(desk, left)
    }
  })
  const watch = async () => {
    let troubles = 0
    for (let told = 0; !stopped; await wait(500)) {
      const { kills, flushes, restarts } = trouble.done()
      if (kills + flushes + restarts > troubles) moved = performance.now()
      troubles = kills + flushes + restarts
      if (performance.now() - moved > options.patienceMs) stopped = true
      if (performance.now() - told < 10_000) continue
      told = performance.now()
      tell(`${hourText(clock.minute())}  ${[...waiting].map(([name, left]) => `${name} ${left.length}`).join(', ')}`)
    }
  }
  const troubled = trouble.run()
  const watching = watch()
  try {
    await Promise.all(working)
  } finally {
    stopped = true
    await watching
    await trouble.stop()
    await troubled
  }
  return [...waiting].flatMap(([name, left]) =>
    left.length === 0 ? [] : [`${name} still waits for ${left.length}: ${left.slice(0, 3).join('; ')}`],
  )
}
