import { at, type Json } from '../model/json.ts'
import { readTime } from './time.ts'
import type { Version } from './types.ts'

/** Text that sorts as the versions of one record do; null: this record shows none. Times become UTC with six digits of a second, counters 20 digits. */
export function versionOf(version: Version, record: Json, asOf: number): string | null {
  switch (version.kind) {
    case 'time':
      for (const path of version.paths) {
        const time = readTime(at(record, path), version.zone)
        if (time !== undefined) return sortable(time)
      }
      return null
    case 'counter': {
      const text = String(at(record, version.path) ?? '')
      return /^\d{1,20}$/.test(text) ? text.padStart(20, '0') : null
    }
    case 'read':
      return sortable(Temporal.Instant.fromEpochMilliseconds(Math.floor(asOf)))
    case 'additive':
    case 'none':
      return null
  }
}

/** With the zone of the connection put in where the connector names it as `{config.timeZone}`. */
export const zonedVersion = (version: Version, zoneOf: (zone: string) => string): Version =>
  version.kind === 'time' && version.zone !== null ? { ...version, zone: zoneOf(version.zone) } : version

const sortable = (time: Temporal.Instant): string => time.toString({ fractionalSecondDigits: 6, roundingMode: 'floor' })
