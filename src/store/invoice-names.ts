import type { Names } from './derived-names.ts'

/** Purchases that rows of invoices name. */
export function invoicedOrders(table: 'invoice_allocation' | 'invoice_line'): Names {
  return async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom(table)
      .select('order_key')
      .distinct()
      .where('tenant', '=', tenant)
      .where('order_key', '>', after)
      .orderBy('order_key')
      .limit(limit)
      .execute()
    return rows.map(({ order_key }) => order_key)
  }
}

/** Keys of invoices, and those that only the rows of their match know. */
export const invoiceNames: readonly Names[] = [
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('document')
      .select('key')
      .where('tenant', '=', tenant)
      .where('type', '=', 'invoice')
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(({ key }) => key)
  },
  ...(['invoice_match', 'invoice_line'] as const).map(
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
