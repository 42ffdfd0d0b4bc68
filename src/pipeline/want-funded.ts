import { reject } from '../model/errors.ts'
import type { DeliveryTable } from '../store/tables.ts'

/** A delivery that does not wait for the money of a merchant: nobody sends one by hand that does. @throws HubError `not-replayable` (reject) */
export function wantFunded(delivery: DeliveryTable): DeliveryTable {
  const { id, key, state, reason } = delivery
  if (state === 'parked' && reason === 'awaiting-funds')
    throw reject(
      'not-replayable',
      `the delivery ${id} waits for the money of the merchant (sales order ${key}): it goes by itself when there is enough`,
    )
  return delivery
}
