import type { Context } from '../pipeline/context.ts'

/** How much of everything the hub holds, for the report; all of it is counted in the database. */
export interface HubCounts {
  readonly envelopes: Readonly<Record<string, number>>
  readonly documents: Readonly<Record<string, number>>
  readonly deliveries: Readonly<Record<string, number>>
  /** tries beyond the first of a delivery */
  readonly retries: number
  /** what waits for a person: open findings by code, dead letters */
  readonly open: Readonly<Record<string, number>>
}

export async function hubCounts({ database, tenant }: Context): Promise<HubCounts> {
  const { read } = database
  const envelopes = await read
    .selectFrom('envelope')
    .select(({ fn }) => ['state as name', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy('state')
    .execute()
  const documents = await read
    .selectFrom('document')
    .select(({ fn }) => ['type as name', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy('type')
    .execute()
  const deliveries = await read
    .selectFrom('delivery')
    .select(({ fn }) => ['state as name', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .groupBy('state')
    .execute()
  const retries = await read
    .selectFrom('attempt')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('n', '>', 1)
    .executeTakeFirstOrThrow()
  const findings = await read
    .selectFrom('finding')
    .select(({ fn }) => ['code as name', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .groupBy('code')
    .execute()
  const counted = (rows: readonly { readonly name: string; readonly count: number }[]) =>
    Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]).sort())
  const byState = counted(envelopes)
  const dead = (byState.dead ?? 0) + (counted(deliveries).dead ?? 0)
  return {
    envelopes: byState,
    documents: counted(documents),
    deliveries: counted(deliveries),
    retries: Number(retries.count),
    open: { ...counted(findings), ...(dead > 0 ? { 'dead-letter': dead } : {}) },
  }
}
