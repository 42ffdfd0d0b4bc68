import { amountScale, fromScaled } from '../../model/decimal.ts'
import type { Reader } from '../../store/in-list.ts'
import { countsOf } from '../../store/number-count.ts'
import { countStock } from '../../store/number-stock.ts'
import { countDue } from '../../store/order-number.ts'
import type { NumberSchemeTable } from '../../store/tables-numbers.ts'
import { capacityLeft, formatOf, settingsOf } from './scheme.ts'

/** What the counter of a scheme shows (R308, R315): issued = available + locked + consumed + retired. */
export interface NumberStats {
  readonly issued: number
  /** may be allotted, some of them (`resting`) only after their quarantine */
  readonly available: number
  readonly resting: number
  /** allotted, some of them (`leasesOver`) for longer than their lease: they are given back when somebody asks for numbers, or by the clock */
  readonly locked: number
  readonly leasesOver: number
  readonly consumed: number
  readonly retired: number
  /** of all completed business */
  readonly amount: string
  /** numbers that can be allotted at all until the period of the sequence ends: those that are free and those that are not made yet */
  readonly remaining: number
  readonly capacity: number
  readonly capacityLeft: number
}

export async function numberStats(read: Reader, row: NumberSchemeTable, now: number): Promise<NumberStats> {
  const { tenant, name } = row
  const counts = await countsOf(read, tenant, name)
  const format = formatOf(settingsOf(row))
  const stock = await countStock(read, tenant, name)
  const left = capacityLeft(format, row, now)
  return {
    ...counts,
    amount: fromScaled(counts.amount, amountScale),
    resting: Math.max(0, counts.available - stock - (await countDue(read, tenant, name, 'available', now))),
    leasesOver: await countDue(read, tenant, name, 'locked', now),
    remaining: counts.available + left,
    capacity: format.capacity,
    capacityLeft: left,
  }
}
