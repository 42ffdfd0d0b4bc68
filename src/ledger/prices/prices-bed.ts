import type { JsonObject } from '../../model/json.ts'
import { authorDocument } from '../author.ts'
import type { Author } from '../books.ts'
import { type LedgerKit, masterData, record, ref, sale, saleLine } from '../ledger-kit.ts'
import type { LedgerDocument } from '../types.ts'
import { approveAssignment } from './assign.ts'

export const anna: Author = { actor: 'anna', why: null }
export const bert: Author = { actor: 'bert', why: 'reviewed' }
export const fits = () => undefined

/** A command of a person, in one unit of work. */
export const put = async (kit: LedgerKit, type: string, key: string, body: JsonObject, author = anna): Promise<LedgerDocument> =>
  (await kit.work((books) => authorDocument(books, { type, key, body, author }, fits))).result

/** A price of the hub's own; steps are [minQuantity, price]. */
export const price = (
  kit: LedgerKit,
  list: string,
  kind: string,
  sku: string,
  steps: readonly (readonly [string, string, JsonObject?])[],
  more: JsonObject = {},
): Promise<LedgerDocument> =>
  put(kit, 'price-list', `hub/${list}/${sku}`, {
    list,
    kind,
    product: { ref: { type: 'product', key: sku } },
    currency: 'CNY',
    taxBasis: 'none',
    steps: steps.map(([minQuantity, price, also = {}]) => ({ minQuantity, unit: 'EA', price, ...also })),
    ...more,
  })

/** Merchant M-7 with products A and B; it is billed in CNY. */
export async function merchantKit(kit: LedgerKit): Promise<void> {
  const identity = { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } as const
  await kit.apply(
    ...masterData,
    record('crm', 'party', 'M-7', { number: 'M-7', name: 'Lamps', roles: ['merchant'], currency: 'CNY' }, { identity }),
    record('crm', 'party', 'M-8', { number: 'M-8', name: 'Desks', roles: ['buyer'] }, { identity }),
  )
}

/** Puts the merchant into a tier by two persons; its lists are those given. */
export async function inTier(
  kit: LedgerKit,
  number: string,
  priceLists: readonly string[],
  { from = '2026-01-01', to, party = 'M-7' }: { readonly from?: string; readonly to?: string; readonly party?: string } = {},
): Promise<LedgerDocument> {
  await put(kit, 'tier', `hub/${number}`, { number, name: number, level: 1, status: 'active', priceLists })
  const key = `hub/${party}-${number}-${from}`
  const body = {
    party: { type: 'party', key: party },
    tier: { type: 'tier', key: `hub/${number}` },
    status: 'in-review',
    validFrom: from,
    ...(to === undefined ? {} : { validTo: to }),
  }
  const { version } = await put(kit, 'tier-assignment', key, body)
  return (await kit.work((books) => approveAssignment(books, { key, seen: version, author: bert, ownApproval: false }, fits))).result
}

export const merchantSale = (key: string, lines: readonly JsonObject[], more: JsonObject = {}, merchant = 'M-7') =>
  sale('shop', key, lines, { seller: { ref: { type: 'party', key: merchant } }, ...more })
export const line = saleLine
export const order = (key: string) => ref('sales-order', 'shop', key)

/** Costs of an order as people read them: `line state amount list@version price`. */
export async function costsIn(kit: LedgerKit, key: string): Promise<string[]> {
  const rows = await kit.database.read.selectFrom('order_cost').selectAll().where('key', '=', `shop/${key}`).orderBy('line').execute()
  return rows.map((row) =>
    row.state === 'waiting'
      ? `${row.line} waiting`
      : `${row.line} ${Number(row.amount) / 10_000} ${row.level}${row.tier === '' ? '' : `:${row.tier}`} ${row.list}@${row.version} ${row.price}`,
  )
}
export async function findingsOpen(kit: LedgerKit): Promise<string[]> {
  const rows = await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('key').execute()
  return rows.filter(({ code }) => code === 'no-cost-price').map(({ key, path, detail }) => `${key}${path} ${JSON.parse(detail).why}`)
}
