import type { Reader } from './in-list.ts'
import type { PayoutLineTable, PayoutTable, SettlementTable } from './tables-payouts.ts'

export interface PayoutFilter {
  readonly origin?: string
  readonly verdict?: string
  readonly currency?: string
  /** key of a sales order that a line is of */
  readonly order?: string
}

/** A page of payouts after a place, the newest first; those that do not say when they were paid come last. */
export function payoutPage(
  read: Reader,
  tenant: string,
  { order, ...same }: PayoutFilter,
  { after, limit }: { readonly after?: { readonly at: number; readonly key: string }; readonly limit: number },
): Promise<PayoutTable[]> {
  let rows = read.selectFrom('payout').selectAll().where('tenant', '=', tenant)
  for (const [column, value] of Object.entries(same)) rows = rows.where(column as keyof typeof same, '=', value)
  if (order !== undefined)
    rows = rows.where('key', 'in', (from) =>
      from.selectFrom('payout_line').select('payout_line.key').where('payout_line.tenant', '=', tenant).where('order_key', '=', order),
    )
  if (after !== undefined)
    rows = rows.where('paid_at', '<=', after.at).where((is) => is.or([is('paid_at', '<', after.at), is('key', '<', after.key)]))
  return rows.orderBy('paid_at', 'desc').orderBy('key', 'desc').limit(limit).execute()
}

/** A page of the lines of one payout, in the order of the document. */
export function payoutLinePage(
  read: Reader,
  tenant: string,
  key: string,
  verdict: string | undefined,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<PayoutLineTable[]> {
  let rows = read.selectFrom('payout_line').selectAll().where('tenant', '=', tenant).where('key', '=', key).where('position', '>', after)
  if (verdict !== undefined) rows = rows.where('verdict', '=', verdict)
  return rows.orderBy('position').limit(limit).execute()
}

export interface SettlementFilter {
  readonly origin?: string
  readonly currency?: string
  /** buyers paid before this time (epoch ms) */
  readonly before?: number
}

/** A page of orders in one state, the longest paid first. */
export function settlementPage(
  read: Reader,
  tenant: string,
  state: string,
  { before, ...same }: SettlementFilter,
  { after, limit }: { readonly after?: { readonly at: number; readonly key: string }; readonly limit: number },
): Promise<SettlementTable[]> {
  let rows = read.selectFrom('settlement').selectAll().where('tenant', '=', tenant).where('state', '=', state)
  for (const [column, value] of Object.entries(same)) rows = rows.where(column as keyof typeof same, '=', value)
  if (before !== undefined) rows = rows.where('captured_at', '<', before)
  if (after !== undefined)
    rows = rows.where('captured_at', '>=', after.at).where((is) => is.or([is('captured_at', '>', after.at), is('key', '>', after.key)]))
  return rows.orderBy('captured_at').orderBy('key').limit(limit).execute()
}

export interface SettlementSum {
  readonly origin: string
  readonly currency: string
  readonly orders: number
  readonly open: bigint
  readonly overdue: number
  readonly overdueOpen: bigint
  readonly oldest: number
}

/** What platforms still have to pay, by connection and currency; `now`: what is due before it is overdue. */
export async function settlementSums(read: Reader, tenant: string, now: number, origin?: string): Promise<SettlementSum[]> {
  const sums = (overdue: boolean) => {
    let rows = read
      .selectFrom('settlement')
      .select(({ fn }) => ['origin', 'currency', fn.countAll().as('orders'), fn.sum('open').as('open'), fn.min('captured_at').as('oldest')])
      .where('tenant', '=', tenant)
      .where('state', '=', 'open')
    if (origin !== undefined) rows = rows.where('origin', '=', origin)
    return (overdue ? rows.where('due_at', '<', now) : rows).groupBy(['origin', 'currency']).orderBy('origin').orderBy('currency').execute()
  }
  const late = new Map((await sums(true)).map((row) => [`${row.origin}\0${row.currency}`, row]))
  return (await sums(false)).map((row) => {
    const overdue = late.get(`${row.origin}\0${row.currency}`)
    return {
      origin: row.origin,
      currency: row.currency,
      orders: Number(row.orders),
      open: BigInt(row.open ?? 0),
      overdue: Number(overdue?.orders ?? 0),
      overdueOpen: BigInt(overdue?.open ?? 0),
      oldest: Number(row.oldest ?? 0),
    }
  })
}
