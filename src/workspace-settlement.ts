import type { SettlementTerms } from './ledger/settlement-terms.ts'
import { compare } from './model/decimal.ts'
import { isObject, type JsonObject } from './model/json.ts'
import type { Surroundings } from './workspace-connections.ts'

/** By which terms the payouts of the connection are watched; they fit their schema but for faults that were told. */
export function setUpSettlement(connection: string, value: JsonObject, { faults, locate }: Surroundings): SettlementTerms | undefined {
  const { settlement } = value
  if (!isObject(settlement) || typeof settlement.dueDays !== 'number') return undefined
  const { fee, dueDays } = settlement
  const decimal = (given: unknown): string => (typeof given === 'string' ? given : '0')
  if (isObject(fee) && compare(decimal(fee.percent), '100') > 0)
    faults.push({
      code: 'fee-over-100',
      severity: 'error',
      ...locate(['connections', connection, 'settlement', 'fee', 'percent']),
      message: 'a fee is at most 100 percent',
      suggestion: 'write a percentage: "2.9" is 2.9 percent',
    })
  return {
    dueDays,
    ...(isObject(fee) ? { fee: { percent: decimal(fee.percent), fixed: decimal(fee.fixed), isReturned: fee.returned === true } } : {}),
    tolerance: decimal(settlement.tolerance),
  }
}
