import type { Tx } from './database.ts'
import { insertMany } from './insert-many.ts'

/**
 * The next whole number of a count, 1 at first. The row of the count stays locked until the transaction ends, so that numbers have no gaps: what is rolled back gives its number back, and whoever counts at
 * the same moment waits.
 */
export async function nextCount(tx: Tx, tenant: string, name: string): Promise<number> {
  await insertMany(tx, 'counter', [{ tenant, name, last: 0 }], { keys: ['tenant', 'name'], then: 'ignore' })
  await tx
    .updateTable('counter')
    .set((is) => ({ last: is('last', '+', 1) }))
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .execute()
  const { last } = await tx
    .selectFrom('counter')
    .select('last')
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return last
}
