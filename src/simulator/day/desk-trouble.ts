import type { FaultKind } from '../faults.ts'
import { createWatch, type Desk, type Duty } from './desk.ts'
import { shopNames } from './plan-sizes.ts'
import type { SystemName, World } from './world.ts'

const begins = 13 * 60
const restartAt = begins + 25
const ends = 15 * 60 + 30

/** How long the ERP is down, in ms of real time. */
const downMs = 300
/** How far the European shop's clock goes wrong at 13:00. It stays so: a clock that jumps back makes its own past twice. */
const skewMs = 2_000

/**
 * From 13:00 to 15:30 things go wrong: a host that is overloaded, answers that get lost, orders saved in one second, webhooks that come twice, late or never, a
 * subscription that dies silently, a clock that is wrong, and an ERP that hangs on one call and is then restarted.
 */
export const troubleDesk = (world: World, failed: (cause: unknown) => void): Desk => {
  const stops: (() => void)[] = []
  const harbour = world.boards['harbour-erp']
  const duties: Duty[] = [
    {
      what: 'the trouble begins',
      ready: (minute) => minute >= begins,
      run: () => {
        for (const system of [...shopNames.map((name) => world.shops[name]), world.harbour, world.ningbo]) stops.push(...system.trouble())
        world.boards['shop-eu'].arm('clock-skew', { ms: skewMs })
        // stays until it was met: a hub on a busy machine makes its sales after the trouble
        harbour.arm('answer-lost', { times: 5, path: world.harbour.createsSale })
        harbour.arm('timeout', { times: 1, path: world.harbour.createsSale })
      },
    },
    {
      what: 'the ERP is restarted',
      // once a call hangs in it
      ready: (minute) => minute >= (harbour.fired.timeout > 0 ? restartAt : ends),
      run: () => {
        harbour.disarm('timeout')
        world.harbour.restart(downMs).catch(failed)
      },
    },
    {
      what: 'the trouble ends',
      ready: (minute) => minute >= ends,
      run: () => {
        for (const stop of stops) stop()
      },
    },
  ]
  return createWatch('trouble', world.faultsOn ? duties : [])
}

/** How often each fault really happened in each system; those that never did are left out. */
export const firedFaults = (world: World): Readonly<Record<SystemName, Readonly<Partial<Record<FaultKind, number>>>>> => {
  const of = (name: SystemName) => Object.fromEntries(Object.entries(world.boards[name].fired).filter(([, times]) => times > 0))
  return { 'shop-us': of('shop-us'), 'shop-eu': of('shop-eu'), 'harbour-erp': of('harbour-erp'), 'ningbo-erp': of('ningbo-erp') }
}
