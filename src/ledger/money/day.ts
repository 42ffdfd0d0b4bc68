import { businessDay } from '../../model/business-day.ts'
import { reject } from '../../model/errors.ts'

/** The business day of a time (epoch ms) in an IANA zone, `YYYY-MM-DD`. @throws HubError `bad-zone` (reject) */
export function dayIn(zone: string, at: number): string {
  try {
    return businessDay(at, zone)
  } catch (error) {
    if (error instanceof RangeError) throw reject('bad-zone', `'${zone}' is no time zone: write a name like Asia/Shanghai`)
    throw error
  }
}
