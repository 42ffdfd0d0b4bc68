import type { Reader } from '../../store/in-list.ts'
import { countedInBook, countsOf, type NumberCounts } from '../../store/number-count.ts'
import type { Check, Difference } from './check.ts'

const json = (counts: NumberCounts): string => JSON.stringify({ ...counts, amount: String(counts.amount) })

/** The counts of number schemes beside their book: issued = available + locked + consumed + retired, and the amount of what is consumed. */
export async function checkNumbers(read: Reader, tenant: string, schemes: readonly string[]): Promise<Check> {
  const differences: Difference[] = []
  for (const scheme of schemes) {
    const stored = json(await countsOf(read, tenant, scheme))
    const computed = json(await countedInBook(read, tenant, scheme))
    if (stored !== computed)
      differences.push({ table: 'number_count', key: scheme, stored, computed, of: { type: 'number-scheme', key: scheme } })
  }
  return { checked: schemes.length === 0 ? {} : { number_count: schemes.length }, differences }
}
