import type { Reader } from './in-list.ts'
import type { DocumentTable } from './tables-ledger.ts'

/** Keys of sales that are paid, open and not shipped whole, after one. */
export async function unshippedOrders(read: Reader, tenant: string, after: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('order_state')
    .select('key')
    .where('tenant', '=', tenant)
    .where('type', '=', 'sales-order')
    .where('key', '>', after)
    .where('status', '=', 'open')
    .where('payment', '=', 'paid')
    .where('fulfilment', 'in', ['none', 'part'])
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

const over = ['delivered', 'returned', 'cancelled']

/** Numbers of parcels that may still be on their way, after one. */
export async function openParcels(read: Reader, tenant: string, after: string, limit: number): Promise<string[]> {
  const rows = await read
    .selectFrom('parcel')
    .select('tracking')
    .where('tenant', '=', tenant)
    .where('tracking', '>', after)
    .where('status', 'not in', over)
    .orderBy('tracking')
    .limit(limit)
    .execute()
  return rows.map(({ tracking }) => tracking)
}

/** Open findings of codes, counted. */
export async function countCodes(read: Reader, tenant: string, codes: Iterable<string>): Promise<ReadonlyMap<string, number>> {
  const rows = await read
    .selectFrom('finding')
    .select(({ fn }) => ['code', fn.countAll().as('count')])
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('code', 'in', [...codes])
    .groupBy('code')
    .execute()
  return new Map(rows.map(({ code, count }) => [code, Number(count)]))
}

/** Documents of one type and of these origins that are in one of these statuses and did not change after a time (epoch ms), nor before another, by key after one. */
export function unchangedIn(
  read: Reader,
  tenant: string,
  { type, origins, statuses }: { readonly type: string; readonly origins: readonly string[]; readonly statuses: readonly string[] },
  { from, until }: { readonly from: number; readonly until: number },
  after: string,
  limit: number,
): Promise<DocumentTable[]> {
  return read
    .selectFrom('document')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '>', after)
    .where('origin', 'in', origins)
    .where('status', 'in', statuses)
    .where('deleted', '=', 0)
    .where('changed_at', '>', from)
    .where('changed_at', '<=', until)
    .orderBy('key')
    .limit(limit)
    .execute()
}
