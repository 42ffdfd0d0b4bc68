/** The business day of a time (epoch ms), `YYYY-MM-DD`, in an IANA zone; that of UTC where none is said. @throws RangeError for a zone that is none */
export const businessDay = (ms: number, zone = 'UTC'): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate().toString()

/** The same where the zone comes from a partner: one that nobody knows counts as UTC. */
export function businessDayOrUtc(ms: number, zone?: string): string {
  try {
    return businessDay(ms, zone)
  } catch (error) {
    if (error instanceof RangeError) return businessDay(ms)
    throw error
  }
}
