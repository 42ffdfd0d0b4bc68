import type { Reader } from './in-list.ts'

const hourMs = 3_600_000

/** Bands of age, the youngest first; the last has no end. */
export const ageBands = [
  { band: '1d', untilMs: 24 * hourMs },
  { band: '3d', untilMs: 72 * hourMs },
  { band: '7d', untilMs: 168 * hourMs },
  { band: '30d', untilMs: 720 * hourMs },
  { band: 'older', untilMs: Number.POSITIVE_INFINITY },
] as const
export type AgeBand = (typeof ageBands)[number]['band']

export interface AgeCount {
  readonly band: AgeBand
  readonly code: string
  readonly owner: string | null
  readonly count: number
}

/** Open findings by age, code and owner. A finding of exactly the end of a band is in it. */
export async function countByAge(read: Reader, tenant: string, now: number): Promise<readonly AgeCount[]> {
  const counts: AgeCount[] = []
  let youngest = Number.NEGATIVE_INFINITY
  for (const { band, untilMs } of ageBands) {
    let rows = read
      .selectFrom('finding')
      .select(({ fn }) => ['code', 'owner', fn.countAll().as('count')])
      .where('tenant', '=', tenant)
      .where('state', '=', 'open')
    if (Number.isFinite(untilMs)) rows = rows.where('opened_at', '>=', now - untilMs)
    if (Number.isFinite(youngest)) rows = rows.where('opened_at', '<', now - youngest)
    for (const { code, owner, count } of await rows.groupBy(['code', 'owner']).orderBy('code').execute())
      counts.push({ band, code, owner, count: Number(count) })
    youngest = untilMs
  }
  return counts
}

/** Open findings that were opened at or before a time. */
export async function countOld(read: Reader, tenant: string, before: number): Promise<number> {
  const row = await read
    .selectFrom('finding')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('opened_at', '<=', before)
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}
