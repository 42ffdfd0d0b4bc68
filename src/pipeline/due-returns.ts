import { openReturns } from '../ledger/return-row.ts'
import { dueAftersales } from '../store/aftersale.ts'
import type { Condition } from './alarms.ts'
import type { Context } from './context.ts'

const halfDayMs = 43_200_000

/** After-sale documents whose next step is due soon, and those that nobody took in time. */
export async function dueReturns({ database, tenant, catalogue }: Context, now: number): Promise<readonly Condition[]> {
  const { warnMs = halfDayMs, deadlines = {} } = catalogue().returns ?? {}
  const soon = await dueAftersales(database.read, tenant, openReturns, { from: now, before: now + warnMs, deadlines })
  const late = await dueAftersales(database.read, tenant, openReturns, { from: 0, before: now, deadlines })
  const one = (subject: string, { count, first }: typeof soon, message: string): readonly Condition[] =>
    count === 0 ? [] : [{ subject, kind: 'returns', connection: '', message, detail: { count, first } }]
  return [
    ...one(
      'returns/due',
      soon,
      `${soon.count} after-sale documents are due within ${Math.round(warnMs / 3_600_000)} hours, first ${soon.first}`,
    ),
    ...one('returns/late', late, `${late.count} after-sale documents are past their deadline, first ${late.first}`),
  ]
}
