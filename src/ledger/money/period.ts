/** Months, `YYYY-MM`, in the zone of a book. */

export const periodOf = (businessDate: string): string => businessDate.slice(0, 7)

export function nextPeriod(period: string): string {
  const [year = 0, month = 0] = period.split('-').map(Number)
  return month === 12 ? `${year + 1}-01` : `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}`
}

/** Where a business day counts: in its own month, or in the first open one where that is closed. It keeps its date. */
export function postingPeriod(closedUntil: string | null, businessDate: string): string {
  const own = periodOf(businessDate)
  return closedUntil === null || own > closedUntil ? own : nextPeriod(closedUntil)
}
