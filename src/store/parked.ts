import { firstId } from '../model/id.ts'
import type { Reader } from './in-list.ts'

/** What has been parked since before a time, by connection: envelopes and duties together. */
export async function countLongParked(
  read: Reader,
  tenant: string,
  before: number,
): Promise<readonly { readonly connection: string; readonly count: number }[]> {
  const counts = new Map<string, number>()
  for (const table of ['envelope', 'delivery'] as const) {
    const rows = await read
      .selectFrom(table)
      .select((of) => ['connection', of.fn.countAll<number>().as('count')])
      .where('tenant', '=', tenant)
      .where('state', '=', 'parked')
      .where('id', '<', firstId(Math.max(0, before)))
      .groupBy('connection')
      .execute()
    for (const { connection, count } of rows) counts.set(connection, (counts.get(connection) ?? 0) + count)
  }
  return [...counts].map(([connection, count]) => ({ connection, count }))
}
