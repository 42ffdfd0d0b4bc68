/** Times of a WordPress site: stored instants in epoch ms, written in whole seconds, local wall time without offset beside a GMT twin. */
export type SiteTime = {
  /** `2017-03-22T16:28:02` in the site's zone. */
  local(at: number): string
  /** The same instant as GMT, also without any offset. */
  gmt(at: number): string
  /** The wall time in the site's zone as if it were UTC, in ms: what WordPress keeps in its local date columns. */
  wall(at: number): number
  /** Hours from UTC at an instant, for the site index. */
  offsetHours(at: number): number
}

const quarterHour = 900_000

/** `zone` is an IANA name; throws a RangeError for an unknown one. Zone offsets are looked up once a quarter of an hour and kept. */
export const siteTime = (zone: string): SiteTime => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const offsets = new Map<number, number>()
  const lookUp = (start: number): number => {
    const part = new Map(format.formatToParts(start).map(({ type, value }) => [type, Number(value)]))
    const of = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? 0
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - start
  }
  const offset = (at: number): number => {
    const bucket = Math.floor(at / quarterHour)
    const known = offsets.get(bucket)
    if (known !== undefined) return known
    const found = lookUp(bucket * quarterHour)
    offsets.set(bucket, found)
    return found
  }
  const write = (at: number): string => new Date(at).toISOString().slice(0, 19)
  return {
    local: (at) => write(at + offset(at)),
    gmt: write,
    wall: (at) => at + offset(at),
    offsetHours: (at) => offset(at) / 3_600_000,
  }
}

const restDate = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?$/

/**
 * Reads a date parameter the way WP_Date_Query does: without an offset it is wall time as it stands; with one it is turned into wall time of
 * the SITE'S zone, whatever column it is compared with. Hence `dates_are_gmt=true` with a `Z` is wrong by the site's offset, as in a real shop.
 * Undefined when WordPress would answer "Invalid date."
 */
export const wallFrom = (text: string, site: SiteTime): number | undefined => {
  const match = restDate.exec(text)
  if (!match) return undefined
  const [, day, time, zone] = match
  const written = Date.parse(`${day}T${time}Z`)
  if (Number.isNaN(written) || new Date(written).toISOString().slice(0, 10) !== day) return undefined
  if (zone === undefined) return written
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
  return site.wall(written - offset)
}
