import type { Reader } from '../store/in-list.ts'

/**
 * The law of split and merged orders, asked of the rows and not of the derivation: no sales order has lines that count while another that is there (not deleted, no draft) says it is a part of it, or holds its lines. Left out are orders whose links
 * lead back to themselves: a finding says so. Answers the keys of those among `keys` that break it.
 */
export async function countedTwice(read: Reader, tenant: string, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return []
  const base = read
    .selectFrom('reference as link')
    .where('link.tenant', '=', tenant)
    .where('link.from_type', '=', 'sales-order')
    .where('link.to_type', '=', 'sales-order')
  const counts = (of: 'link.to_key' | 'link.from_key') => (rows: typeof base) =>
    rows
      .where(of, 'in', [...keys])
      .innerJoin('document', (join) =>
        join
          .on('document.tenant', '=', tenant)
          .on('document.type', '=', 'sales-order')
          .onRef('document.key', '=', of === 'link.to_key' ? 'link.from_key' : 'link.to_key')
          .on('document.deleted', '=', 0)
          .on((on) => on.or([on('document.status', 'is', null), on('document.status', '!=', 'draft')])),
      )
      .where(({ exists, not, selectFrom, and }) =>
        and([
          exists(
            selectFrom('order_line')
              .select('order_line.line')
              .where('order_line.tenant', '=', tenant)
              .where('order_line.type', '=', 'sales-order')
              .whereRef('order_line.key', '=', of),
          ),
          not(
            exists(
              selectFrom('finding')
                .select('finding.code')
                .where('finding.tenant', '=', tenant)
                .where('finding.type', '=', 'sales-order')
                .whereRef('finding.key', '=', of)
                .where('finding.code', 'in', ['link-circle', 'foreign-link'])
                .where('finding.state', '=', 'open'),
            ),
          ),
        ]),
      )
      .select(`${of} as key`)
  const split = await counts('link.to_key')(
    base
      .where('link.path', '=', 'splitFrom')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('reference as back')
              .select('back.path')
              .where('back.tenant', '=', tenant)
              .where('back.from_type', '=', 'sales-order')
              .whereRef('back.from_key', '=', 'link.from_key')
              .where('back.path', '=', 'mergedInto')
              .whereRef('back.to_key', '=', 'link.to_key'),
          ),
        ),
      ),
  ).execute()
  const held = await counts('link.to_key')(base.where('link.path', 'like', 'mergedFrom.%')).execute()
  const merged = await counts('link.from_key')(base.where('link.path', '=', 'mergedInto')).execute()
  return [...new Set([...split, ...held, ...merged].flatMap(({ key }) => key ?? []))].sort()
}
