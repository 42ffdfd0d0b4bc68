import { quantityScale, toScaled } from '../model/decimal.ts'

/** A change of what may be sold from a shelf: epoch ms, and the figures as the journal has them. */
export interface ShelfMove {
  readonly at: number
  readonly before: string | undefined
  readonly after: string
}

const dayMs = 86_400_000
const startOf = (day: string, zone: string): number => Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds
export const dayAfter = (day: string, days = 1): string => new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10)

/**
 * Days on which nothing could be sold from the first moment to the last: they say nothing about demand. `moves`: those since the first day, the oldest first; `now`: what is there, where nothing moved. A shelf of which nothing is known
 * was not empty, nor was one that sold something that day.
 */
export function stocklessDays(
  days: readonly string[],
  zone: string,
  moves: readonly ShelfMove[],
  now: bigint | undefined,
  sold: ReadonlySet<string>,
): readonly string[] {
  const units = (text: string) => toScaled(text, quantityScale)
  const first = moves[0]
  const atFirst = first === undefined ? now : first.before === undefined ? undefined : units(first.before)
  return days.filter((day) => {
    if (sold.has(day)) return false
    const [from, until] = [startOf(day, zone), startOf(dayAfter(day), zone)]
    const earlier = moves.findLast(({ at }) => at <= from)
    const level = earlier === undefined ? atFirst : units(earlier.after)
    const during = moves.filter(({ at }) => at > from && at < until)
    return level !== undefined && level <= 0n && during.every(({ after }) => units(after) <= 0n)
  })
}
