import type { DeliveryTable } from '../store/tables.ts'

/**
 * Where the life of one command stands, from all its duties in order (canonical model section 4): one create, then changes, then a cancel; after a cancel, or a create that was closed
 * before it was sent, another create may begin.
 */
export type Life =
  | { readonly stage: 'none' /** creates so far: the generation of the next one */; readonly creates: number }
  | {
      readonly stage: 'begun'
      readonly creates: number
      readonly create: DeliveryTable
      /** changes since, oldest first */
      readonly changes: readonly DeliveryTable[]
      /** the cancel that is under way */
      readonly cancel?: DeliveryTable
    }

export function lifeOf(duties: readonly DeliveryTable[]): Life {
  let creates = 0
  let create: DeliveryTable | undefined
  let changes: DeliveryTable[] = []
  let cancel: DeliveryTable | undefined
  for (const duty of duties) {
    if (duty.op === 'create') {
      creates++
      create = duty.state === 'cancelled' ? undefined : duty
      changes = []
      cancel = undefined
    } else if (create !== undefined && duty.op === 'change') changes.push(duty)
    else if (create !== undefined && duty.op === 'cancel' && duty.state === 'delivered') create = undefined
    else if (duty.op === 'cancel' && duty.state !== 'cancelled') cancel = duty
  }
  return create === undefined
    ? { stage: 'none', creates }
    : { stage: 'begun', creates, create, changes, ...(cancel === undefined ? {} : { cancel }) }
}

/** Nothing of it can be at the partner: it was never tried, or no try can have had its effect. */
export const neverArrived = (create: DeliveryTable): boolean => (create.state === 'dead' ? create.ambiguous === 0 : untouched(create))

/** A duty that no sender has begun: it will be rendered from the newest version. */
export const untouched = (duty: DeliveryTable): boolean =>
  duty.attempts === 0 && (duty.state === 'due' || duty.state === 'waiting' || duty.state === 'parked')
