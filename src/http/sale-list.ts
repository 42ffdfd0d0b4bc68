import { amountScale, fromScaled } from '../model/decimal.ts'
import { isObject, type Json } from '../model/json.ts'
import type { Catalogue } from '../pipeline/context.ts'
import { fundsOf } from '../store/deposit.ts'
import { documentsByKey } from '../store/document.ts'
import { findingsOf } from '../store/finding.ts'
import type { Reader } from '../store/in-list.ts'
import type { SaleFilter, SaleListRow } from '../store/sale.ts'
import { type Funds, fundsShape, shownFunds } from './deposit-shape.ts'
import { day, decimal, described, fields, list, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { epochOr, iso, key, name, stored } from './values.ts'

/** One line of the list of sales orders. */
export const saleHead = {
  key: text(),
  number: nullable(text()),
  origin: described(text(), 'connection that keeps it, `hub` for one of the hub itself'),
  platform: described(nullable(text()), 'connector of that connection'),
  channel: nullable(text()),
  clientSource: described(nullable(text()), 'PC, app, mini program … as the platform says'),
  placedVia: text(),
  placedAt: time,
  businessDate: text(),
  customer: described(fields({ key: nullable(text()), name: nullable(text()) }), 'as the order names it'),
  status: described(text(), '`split` and `merged`: other orders count in its place'),
  payment: text(),
  fulfilment: text(),
  currency: text(),
  total: decimal,
  paid: decimal,
  refunded: decimal,
  holds: list(text()),
  funds: described(nullable(fundsShape), 'what it has of the deposit of its merchant; null where that has none'),
  findings: described(list(text()), 'codes of what is open'),
  updatedAt: described(time, 'when the order, or what is derived of it, changed last'),
}
export const saleShape = fields(saleHead)
export type SaleHead = Of<typeof saleShape>

const payments = ['none', 'part', 'paid', 'refunded'] as const
const fulfilments = ['none', 'part', 'shipped', 'returned'] as const

/** Filters of the list and of its totals. */
export const saleFilters = {
  number: optional(text(200)),
  origin: optional(name),
  platform: optional(name),
  channel: optional(text(200)),
  clientSource: optional(text(200)),
  placedVia: optional(oneOf('api', 'portal', 'import', 'manual', 'unknown')),
  customer: optional(key),
  status: optional(text(50)),
  payment: optional(oneOf(...payments)),
  fulfilment: optional(oneOf(...fulfilments)),
  currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
  funds: optional(
    described(oneOf('awaiting_funds', 'funded'), 'orders of merchants with a deposit: those that wait, or those that do not'),
  ),
  hold: optional(oneOf('payment', 'funds', 'address', 'fraud', 'approval')),
  finding: optional(text(100)),
  from: optional(day),
  to: optional(day),
  updatedSince: optional(time),
}
type Asked = { readonly [K in keyof typeof saleFilters]?: Of<(typeof saleFilters)[K]> }

/** A platform is all its connections of this workspace, under whatever names. */
export function saleFilter({ connections }: Catalogue, { origin, platform, updatedSince, ...same }: Asked): SaleFilter {
  const since = epochOr('updatedSince', updatedSince)
  const ofPlatform =
    platform === undefined ? undefined : [...connections].filter(([, { connector }]) => connector.name === platform).map(([one]) => one)
  const origins = origin === undefined ? ofPlatform : ofPlatform === undefined || ofPlatform.includes(origin) ? [origin] : []
  return { ...same, ...(origins === undefined ? {} : { origins }), ...(since === undefined ? {} : { updatedSince: since }) }
}

/** Rows as the list shows them, with what stands in their documents. */
export async function saleHeads(
  read: Reader,
  tenant: string,
  catalogue: Catalogue,
  rows: readonly SaleListRow[],
): Promise<readonly SaleHead[]> {
  const keys = rows.map((row) => row.key)
  const [documents, findings, funds] = await Promise.all([
    documentsByKey(read, tenant, 'sales-order', keys),
    findingsOf(read, tenant, 'sales-order', keys),
    fundsOf(read, tenant, keys),
  ])
  const bodies = new Map(documents.map((row) => [row.key, row.body]))
  const open = Map.groupBy(
    findings.filter(({ state }) => state === 'open'),
    (row) => row.key,
  )
  return rows.map((row) => ({
    ...saleHeadOf(catalogue, row, bodies.get(row.key) ?? null, funds.get(row.key)),
    findings: [...new Set(open.get(row.key)?.map(({ code }) => code))].sort(),
  }))
}

type HeadRow = Pick<
  SaleListRow,
  | 'key'
  | 'number'
  | 'origin'
  | 'channel'
  | 'client_source'
  | 'placed_via'
  | 'placed_at'
  | 'business_date'
  | 'customer'
  | 'status'
  | 'payment'
  | 'fulfilment'
  | 'currency'
  | 'grand_total'
  | 'paid'
  | 'refunded'
  | 'holds'
  | 'updated_at'
>
/** A row as the list shows it, without its findings. `body`: of its document, as stored. */
export function saleHeadOf(
  { connections }: Catalogue,
  row: HeadRow,
  body: string | null,
  funds: Funds | undefined,
): Omit<SaleHead, 'findings'> {
  const order = stored(body)
  const buyer = isObject(order) ? order.buyer : undefined
  return {
    key: row.key,
    number: row.number,
    origin: row.origin,
    platform: connections.get(row.origin)?.connector.name ?? null,
    channel: row.channel,
    clientSource: row.client_source,
    placedVia: row.placed_via,
    placedAt: iso(row.placed_at),
    businessDate: row.business_date,
    customer: { key: row.customer, name: isObject(buyer) ? wordOrNull(buyer.name) : null },
    status: row.status,
    payment: row.payment,
    fulfilment: row.fulfilment,
    currency: row.currency,
    total: amount(row.grand_total),
    paid: amount(row.paid),
    refunded: amount(row.refunded),
    holds: row.holds.split(' ').filter((word) => word !== ''),
    funds: shownFunds(funds),
    updatedAt: iso(row.updated_at),
  }
}

export const amount = (value: number | bigint): string => fromScaled(BigInt(value), amountScale, 2)
const wordOrNull = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
