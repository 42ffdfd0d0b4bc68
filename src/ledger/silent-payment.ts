import { isObject, type Json } from '../model/json.ts'
import type { DocumentTable } from '../store/tables-ledger.ts'
import type { FindingCode } from './finding-codes.ts'
import type { Note } from './findings.ts'

export const silentCodes: ReadonlySet<FindingCode> = new Set(['payment-silent'])

/** Statuses after which a payment provider, or a platform that pays out, has something to say. */
export const awaiting: Readonly<Record<'payment' | 'payout', readonly string[]>> = {
  payment: ['pending', 'authorised'],
  payout: ['planned', 'in-transit'],
}

const dayMs = 86_400_000
/** What is older is not looked at: nobody will ever tell of it. */
export const forgottenMs = 180 * dayMs

/** A payment that never came through and never failed, or a payout that never arrived: its provider said nothing for so many days. `row` waits since before that. */
export function silentPayment({ type, key, status, body, changed_at }: DocumentTable, dueDays: number): Note {
  const said = JSON.parse(body) as Json
  const { currency, amount, total, reference } = isObject(said) ? said : {}
  return {
    type,
    key,
    code: 'payment-silent',
    path: '/status',
    detail: {
      ...{ status: status ?? '', since: new Date(changed_at).toISOString(), days: dueDays },
      ...{ amount: amount ?? total ?? null, currency: currency ?? null },
      ...(reference === undefined ? {} : { reference }),
    },
  }
}
