import { isObject, type Json } from '../../model/json.ts'
import { costsOf, deleteCosts, saveCosts } from '../../store/order-cost.ts'
import { deleteGrants, deletePrices, replaceUses } from '../../store/price.ts'
import type { OrderCostTable } from '../../store/tables.ts'
import { type DocumentName, documentName } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import type { Difference } from '../verify/check.ts'
import { derivePrices } from './derive.ts'
import { priceType } from './entry.ts'

const tables: ReadonlySet<string> = new Set(['price_entry', 'price_grant', 'list_use'])

/** Rows by which prices are found, as their documents say; rows of none go. */
export async function mendPrices(books: Books, differences: readonly Difference[], there: readonly LedgerDocument[]): Promise<void> {
  const { tx, tenant } = books
  const wrong = new Map<string, DocumentName>(differences.filter(({ table }) => tables.has(table)).map(({ of }) => [documentName(of), of]))
  if (wrong.size === 0) return
  const known = new Set(there.map(documentName))
  for (const [name, { type, key }] of wrong) {
    if (known.has(name)) continue
    if (type === priceType) await deletePrices(tx, tenant, [key])
    else {
      await deleteGrants(tx, tenant, type, [key])
      await replaceUses(tx, tenant, type, [key], [])
    }
  }
  await derivePrices(books, [...wrong.values()])
}

/** Costs of lines as the versions say by which they were decided. Where those are no more, the line is decided again when its order is derived. */
export async function mendCosts({ tx, tenant }: Books, differences: readonly Difference[]): Promise<void> {
  const wrong = differences.filter(({ table }) => table === 'order_cost')
  if (wrong.length === 0) return
  const stored = new Map(
    (
      await costsOf(
        tx,
        tenant,
        wrong.map(({ of }) => of.key),
      )
    ).map((row) => [`${row.key} ${row.line}`, row]),
  )
  const found = wrong.flatMap(({ key, computed }) => {
    const row = stored.get(key)
    return row === undefined ? [] : [{ row, computed: rowIn(computed) }]
  })
  await saveCosts(
    tx,
    found.flatMap(({ row, computed }) => (computed === undefined ? [] : [{ ...row, ...computed }])),
  )
  await deleteCosts(
    tx,
    found.filter(({ computed }) => computed === undefined).map(({ row }) => row),
  )
}

function rowIn(text: string | null): Partial<OrderCostTable> | undefined {
  if (text === null) return undefined
  const row: Json = JSON.parse(text)
  if (!isObject(row)) return undefined
  const { quantity, amount, ...rest } = row
  return { ...(rest as Partial<OrderCostTable>), quantity: BigInt(String(quantity)), amount: BigInt(String(amount)) }
}
