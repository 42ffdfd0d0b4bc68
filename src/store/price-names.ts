import type { Reader } from './in-list.ts'
import { costNames } from './order-cost.ts'

type Names = (read: Reader, tenant: string, after: string, limit: number) => Promise<string[]>

/** Keys of documents of one type that say prices or whose lists hold, and those that only their rows know. */
export const pricingNames = (type: string): readonly Names[] => [
  (read, tenant, after, limit) => keysOf(read, 'document', type, tenant, after, limit),
  ...(type === 'price-list'
    ? [pricedKeys]
    : (['price_grant', 'list_use'] as const).map(
        (table): Names =>
          (read, tenant, after, limit) =>
            keysOf(read, table, type, tenant, after, limit),
      )),
]

async function keysOf(
  read: Reader,
  table: 'document' | 'list_use' | 'price_grant',
  type: string,
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await read
    .selectFrom(table)
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

const pricedKeys: Names = async (read, tenant, after, limit) => {
  const rows = await read
    .selectFrom('price_entry')
    .select('key')
    .where('tenant', '=', tenant)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

/** Orders whose lines cost a merchant something. */
export const costedNames: readonly Names[] = [costNames]
