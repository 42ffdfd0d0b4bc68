import { areBusy } from '../store/envelope.ts'
import { countUncut } from '../store/receipt.ts'
import type { Context } from './context.ts'
import type { Halt } from './halt.ts'
import { backgroundNumbers, liveNumbers } from './lanes.ts'

/** A wait up to this is waited for with the lease in hand. */
export const patienceMs = 5000
const lookMs = 200

/** What is read as it happens, its pages that are not cut yet counted with their records; and what is read from the past, whose pages are cut while they are read. */
type Which = 'live' | 'background'

/** Waits a while for what waits to run down to `ahead` records. Answers whether it has. */
export async function hasRoom(context: Context, which: Which, ahead: number, halt: Halt): Promise<boolean> {
  for (let waited = 0; await isFull(context, which, ahead); waited += lookMs) {
    if (waited >= patienceMs || halt.stop.aborted) return false
    await context.clock.sleep(lookMs, halt.stop)
  }
  return true
}

async function isFull({ database, tenant }: Context, which: Which, ahead: number): Promise<boolean> {
  if (which === 'background') return areBusy(database.read, tenant, backgroundNumbers, ahead)
  const uncut = await countUncut(database.read, tenant)
  return uncut > ahead || areBusy(database.read, tenant, liveNumbers, ahead - uncut)
}
