import type { Names } from './derived-names.ts'

/** Documents of one type that transfers are about. */
export const transferNames =
  (type: string): Names =>
  async (read, tenant, after, limit) => {
    const rows = await read
      .selectFrom('transfer')
      .select('ref_key')
      .distinct()
      .where('tenant', '=', tenant)
      .where('ref_key', '>', after)
      .where('ref_type', '=', type)
      .orderBy('ref_key')
      .limit(limit)
      .execute()
    return rows.flatMap(({ ref_key }) => ref_key ?? [])
  }
