import type { Names } from './derived-names.ts'

/** Sales orders of which it is written down what is to be paid out. */
export const settledOrders: Names = async (read, tenant, after, limit) => {
  const rows = await read
    .selectFrom('settlement')
    .select('key')
    .where('tenant', '=', tenant)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

/** Sales orders that lines of payouts are of. */
export const paidOrders: Names = async (read, tenant, after, limit) => {
  const rows = await read
    .selectFrom('payout_line')
    .select('order_key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('order_key', '>', after)
    .orderBy('order_key')
    .limit(limit)
    .execute()
  return rows.map(({ order_key }) => order_key)
}

/** Payouts: those that are documents, and those that only derived rows know. */
export const payoutNames: readonly Names[] = [
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('document')
      .select('key')
      .where('tenant', '=', tenant)
      .where('type', '=', 'payout')
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(({ key }) => key)
  },
  ...(['payout', 'payout_line'] as const).map(
    (table): Names =>
      async (read, tenant, after, limit) => {
        const rows = await read
          .selectFrom(table)
          .select('key')
          .distinct()
          .where('tenant', '=', tenant)
          .where('key', '>', after)
          .orderBy('key')
          .limit(limit)
          .execute()
        return rows.map(({ key }) => key)
      },
  ),
]
