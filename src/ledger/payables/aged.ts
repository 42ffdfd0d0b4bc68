import { laterBy } from './due.ts'

/** What is owed by how long it has been due, x 10^4. `undated`: what no goods stand behind, such as opening balances and fees. */
export interface Aged {
  readonly notDue: bigint
  readonly days1to30: bigint
  readonly days31to60: bigint
  readonly days61to90: bigint
  readonly over90: bigint
  readonly undated: bigint
}

export interface DueSum {
  readonly amount: bigint
  readonly business_date: string
  readonly due_date: string | null
}

/**
 * Ages what is owed: what was paid, sent back or paid in advance settled what was due first, so that what is left belongs to the goods that fall due last. `termDays`: of the supplier, for goods of which nobody says
 * when they are to be paid.
 */
export function aged(owed: bigint, sums: readonly DueSum[], termDays: number, today: string): Aged {
  const dues = sums
    .map(({ amount, business_date, due_date }) => ({ amount, due: due_date ?? laterBy(business_date, termDays) }))
    .sort((a, b) => (a.due < b.due ? 1 : -1))
  const result = { notDue: 0n, days1to30: 0n, days31to60: 0n, days61to90: 0n, over90: 0n, undated: 0n }
  let left = owed > 0n ? owed : 0n
  for (const { amount, due } of dues) {
    const part = amount < left ? amount : left
    result[bucketOf(due, today)] += part
    left -= part
  }
  result.undated += left
  return result
}

function bucketOf(due: string, today: string): Exclude<keyof Aged, 'undated'> {
  const days = Math.floor((Date.parse(today) - Date.parse(due)) / 86_400_000)
  if (days <= 0) return 'notDue'
  if (days <= 30) return 'days1to30'
  if (days <= 60) return 'days31to60'
  return days <= 90 ? 'days61to90' : 'over90'
}
