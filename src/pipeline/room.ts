import { areBusy } from '../store/envelope.ts'
import type { Context } from './context.ts'
import type { Halt } from './halt.ts'

/** A wait up to this is waited for with the lease in hand. */
export const patienceMs = 5000
const lookMs = 200

/** Waits a while for lanes to run down to `ahead` envelopes. Answers whether they have. */
export async function hasRoom({ database, tenant, clock }: Context, lanes: readonly number[], ahead: number, halt: Halt): Promise<boolean> {
  for (let waited = 0; await areBusy(database.read, tenant, lanes, ahead); waited += lookMs) {
    if (waited >= patienceMs || halt.stop.aborted) return false
    await clock.sleep(lookMs, halt.stop)
  }
  return true
}
