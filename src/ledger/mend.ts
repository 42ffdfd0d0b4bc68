import { deleteAftersales, saveAftersales } from '../store/aftersale.ts'
import { levelsOf } from '../store/derived-names.ts'
import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { deleteInvoiceLines, deleteInvoiceMatches, invoiceLinesOf, invoiceLinesOfOrders, replaceAllocations } from '../store/invoice.ts'
import { movementsOf, replaceMovements } from '../store/movement.ts'
import { recount } from '../store/number-count.ts'
import { deleteOrders, orderLinesOf, saveSold, soldOfProducts, soldSums } from '../store/order.ts'
import { deleteSettlements } from '../store/payout.ts'
import { mendPromiseSums } from '../store/promise.ts'
import { deleteReferences, referencesFrom } from '../store/reference.ts'
import { deleteReplenishments, saveReplenishments } from '../store/replenishment.ts'
import { deleteStock, stockOf } from '../store/stock.ts'
import { orderTypes } from './assemble.ts'
import { journal, touchOrder, touchProduct } from './books.ts'
import { reportType } from './day-sales.ts'
import { mendDeposits } from './deposit/mend-deposits.ts'
import { judge } from './findings.ts'
import { mendAccounts } from './money/mend-accounts.ts'
import { movementCodes, moves } from './movement-rows.ts'
import { orderCodes } from './order-figures.ts'
import { payableCodes } from './payables/owed.ts'
import { payoutType } from './payout-lines.ts'
import { mendCosts, mendPrices } from './prices/mend.ts'
import { replenishmentRow } from './replenish-row.ts'
import { returnRow } from './return-row.ts'
import { rowName } from './rows.ts'
import { payoutCodes } from './settle-payout.ts'
import { type DocumentName, documentName, loadDocuments, namedDocument } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'
import { salesDayOf } from './verify/sales.ts'
import type { Difference } from './verify.ts'
import { lookAtPayouts, rewriteReferences } from './write-references.ts'

const orderTables: ReadonlySet<string> = new Set(['order_line', 'order_state', 'sale', 'reservation'])
const invoiceTables: ReadonlySet<string> = new Set(['invoice_line', 'invoice_allocation', 'invoice_match'])
const movementTables: ReadonlySet<string> = new Set(['movement', 'serial'])
const payableTables: ReadonlySet<string> = new Set(['transfer', 'payable_item'])
/** Documents that books of platforms follow. */
const platformTypes: ReadonlySet<string> = new Set(['sales-order', payoutType])
const noCause = { baseline: false, envelope: null }

/**
 * Makes everything that differs be derived again by `finish`, which has to follow, and {@link mendSold} after it with what this answers: the products whose units sold may be wrong. Rows of what is no document are
 * removed. Each difference is a line of the journal.
 */
export async function mend(books: Books, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
  const names = new Map(differences.map(({ of }) => [documentName(of), of]))
  await loadDocuments(books.data.shelf, names.values())
  const there = [...names.keys()].flatMap((name) => books.data.shelf.documents.get(name) ?? [])
  for (const { table, key, stored, computed, of } of differences) journal(books, 'repaired', of, { table, key, stored, computed })
  const isOrder = new Set(differences.filter(({ table }) => orderTables.has(table)).map(({ of }) => documentName(of)))
  const orders = [...names.values()].filter((name) => orderTypes.has(name.type) || isOrder.has(documentName(name)))
  const products = new Set([...names.values()].flatMap(({ type, key }) => (type === 'product' ? [key] : [])))
  for (const product of await productsOf(books, orders)) products.add(product)
  await mendReferences(
    books,
    differences.flatMap(({ table, of }) => (table === 'reference' ? [of] : [])),
    there,
  )
  const known = there.filter(({ type }) => orderTypes.has(type))
  for (const { type, key } of known) touchOrder(books, type, key, noCause)
  await deleteOrders(books.tx, books.tenant, strangers(orders, known))
  await mendAccounts(
    books,
    differences.flatMap(({ table, of }) => (table === 'account' ? [of.key] : [])),
  )
  await mendDeposits(books, differences, there)
  for (const { table, key } of differences) if (table === 'number_count') await recount(books.tx, books.tenant, key)
  await mendPrices(books, differences, there)
  await mendCosts(books, differences)
  await mendReturns(
    books,
    differences.flatMap(({ table, of }) => (table === 'aftersale' ? [of] : [])),
    there,
  )
  mendSales(books, differences, there)
  await mendPayouts(books, differences, there)
  await mendReplenishments(
    books,
    differences.flatMap(({ table, of }) => (table === 'replenishment' ? [of] : [])),
    there,
  )
  await mendInvoices(books, differences)
  await mendMovements(books, differences, there)
  for (const { table, of, finding } of differences)
    if ((payableTables.has(table) && !platformTypes.has(of.type)) || (finding !== undefined && payableCodes.has(finding.code)))
      books.data.payables.add(documentName(of))
  for (const { type, key } of names.values()) if (type === 'parcel') books.data.parcels.add(key)
  for (const { finding } of differences)
    if (finding !== undefined) {
      const { type, key, code, order } = finding
      judge(books, { type, key, codes: new Set([code]), ...(order === undefined ? {} : { order }) })
      if (order !== undefined) for (const one of orderTypes) touchOrder(books, one, order, noCause)
    }
  for (const { table, of } of differences) if (table === 'party_document' || table === 'reference') books.data.parties.add(documentName(of))
  await mendStock(books, [...products])
  return products
}

const strangers = (names: readonly DocumentName[], there: readonly LedgerDocument[]): readonly DocumentName[] => {
  const known = new Set(there.map(documentName))
  return names.filter((name) => !known.has(documentName(name)))
}

async function productsOf({ tx, tenant }: Books, orders: readonly DocumentName[]): Promise<Set<string>> {
  const products = new Set<string>()
  for (const [type, group] of grouped(orders, (order) => order.type))
    for (const { product } of await orderLinesOf(
      tx,
      tenant,
      type,
      group.map(({ key }) => key),
    ))
      if (product !== null) products.add(product)
  return products
}

async function mendReferences(books: Books, names: readonly DocumentName[], there: readonly LedgerDocument[]): Promise<void> {
  const wanted = new Set(names.map(documentName))
  const judged = await rewriteReferences(
    books,
    there.filter((document) => wanted.has(documentName(document))),
  )
  for (const [order, documents] of judged)
    for (const document of documents) judge(books, { ...namedDocument(document), codes: orderCodes, order: namedDocument(order).key })
  for (const [type, group] of grouped(strangers(names, there), (name) => name.type)) {
    const keys = group.map(({ key }) => key)
    await deleteReferences(books.tx, await referencesFrom(books.tx, books.tenant, type, keys))
  }
}

/** Rows of after-sale documents as those say; rows of none go. */
async function mendReturns({ tx, tenant }: Books, names: readonly DocumentName[], there: readonly LedgerDocument[]): Promise<void> {
  const wanted = new Set(names.map(documentName))
  await saveAftersales(
    tx,
    there.filter((document) => wanted.has(documentName(document))).map((document) => returnRow(tenant, document)),
  )
  await deleteAftersales(
    tx,
    tenant,
    strangers(names, there).map(({ key }) => key),
  )
}

/** Rows of suggestions as those say; rows of none go. */
async function mendReplenishments({ tx, tenant }: Books, names: readonly DocumentName[], there: readonly LedgerDocument[]): Promise<void> {
  const wanted = new Set(names.map(documentName))
  await saveReplenishments(
    tx,
    there.filter((document) => wanted.has(documentName(document))).map((document) => replenishmentRow(tenant, document)),
  )
  await deleteReplenishments(
    tx,
    tenant,
    strangers(names, there).map(({ key }) => key),
  )
}

/** Rows of invoices and purchases that differ go, and are derived again. */
async function mendInvoices({ tx, tenant, data }: Books, differences: readonly Difference[]): Promise<void> {
  const wrong = differences.filter(({ table }) => invoiceTables.has(table)).map(({ of }) => of)
  const keys = (type: string) => [...new Set(wrong.flatMap((of) => (of.type === type ? [of.key] : [])))]
  const orders = keys('purchase-order')
  const invoices = keys('invoice')
  await replaceAllocations(tx, tenant, orders, [])
  const lines = [
    ...(await invoiceLinesOfOrders(tx, tenant, orders)),
    ...(await invoiceLinesOf(tx, tenant, invoices)).filter(({ order_key }) => order_key === ''),
  ]
  await deleteInvoiceLines(tx, lines)
  await deleteInvoiceMatches(tx, tenant, invoices)
  for (const { of, finding } of differences)
    if (of.type === 'invoice' || finding?.type === 'invoice') data.invoices.add(finding?.key ?? of.key)
  for (const { key } of lines) data.invoices.add(key)
}

/** Payouts and what is to be paid of orders are looked at again; rows of what is no document go. */
async function mendPayouts(books: Books, differences: readonly Difference[], there: readonly LedgerDocument[]): Promise<void> {
  const { tx, tenant, data } = books
  const wrong = differences.filter(
    ({ table, finding, of }) =>
      table === 'payout' ||
      table === 'payout_line' ||
      table === 'settlement' ||
      (table === 'transfer' && platformTypes.has(of.type)) ||
      (finding !== undefined && payoutCodes.has(finding.code)),
  )
  const known = new Set(there.map(documentName))
  for (const { of, table, key } of wrong) {
    if (of.type === payoutType) await lookAtPayouts(books, [of.key], noCause)
    else {
      if (known.has(documentName(of))) touchOrder(books, of.type, of.key, noCause)
      data.settling.add(documentName(of))
      if (table === 'payout_line') await lookAtPayouts(books, [key.slice(key.indexOf(' ') + 1)], noCause)
    }
  }
  const strange = strangers(
    wrong.filter(({ table }) => table === 'settlement').map(({ of }) => of),
    there,
  )
  await deleteSettlements(
    tx,
    tenant,
    strange.map(({ key }) => key),
  )
}

/** What documents sold is computed again; that of none goes. Days of stores are judged again. */
function mendSales({ data }: Books, differences: readonly Difference[], there: readonly LedgerDocument[]): void {
  const wrong = differences.flatMap(({ table, of }) => (table === 'day_sale' ? [of] : []))
  for (const { type, key } of wrong) if (type === reportType) data.salesReports.add(key)
  for (const name of strangers(wrong, there)) data.daySales.set(documentName(name), [])
  for (const name of differences.flatMap(salesDayOf)) data.salesDays.add(name)
}

/** What documents move is computed again; what none moves goes. */
async function mendMovements(
  { tx, tenant, data }: Books,
  differences: readonly Difference[],
  there: readonly LedgerDocument[],
): Promise<void> {
  const wrong = differences.filter(
    ({ table, finding }) => movementTables.has(table) || (finding !== undefined && movementCodes.has(finding.code)),
  )
  const known = new Set(there.filter(moves).map(documentName))
  for (const { of } of wrong) if (known.has(documentName(of))) data.moving.set(documentName(of), noCause)
  const strange = wrong.flatMap(({ of }) => (known.has(documentName(of)) ? [] : [of]))
  for (const [type, group] of grouped(strange, (name) => name.type)) {
    const keys = [...new Set(group.map(({ key }) => key))]
    for (const { product } of await movementsOf(tx, tenant, type, keys)) {
      data.products.set(product, noCause)
      data.moved.add(product)
    }
    await replaceMovements(tx, tenant, type, keys, [], [])
  }
}

/** Stock of these products is computed from all their stock levels, and sums are taken anew. Rows of a product that has none go. */
async function mendStock(books: Books, products: readonly string[]): Promise<void> {
  const { tx, tenant, data } = books
  for (const product of products) {
    touchProduct(books, product, noCause)
    data.purchased.add(product)
    data.moved.add(product)
  }
  await mendPromiseSums(tx, tenant, products)
  const levels = await levelsOf(tx, tenant, products)
  for (const key of levels) data.stockLevels.add(key)
  if (levels.length === 0) await deleteStock(tx, await stockOf(tx, tenant, products))
}

/** Units sold of products as their lines say, whatever stood there. */
export async function mendSold(books: Books, products: ReadonlySet<string>): Promise<void> {
  const { tx, tenant } = books
  const name = (row: { readonly connection: string; readonly product: string }) => rowName(row.connection, row.product)
  const pairs = [...(await soldOfProducts(tx, tenant, products)), ...(await soldSums(tx, tenant, products))]
  await holdNames(
    tx,
    tenant,
    pairs.map(({ connection, product }) => `sold:${connection}/${product}`),
  )
  const stored = new Map((await soldOfProducts(tx, tenant, products)).map((row) => [name(row), row]))
  const sums = new Map((await soldSums(tx, tenant, products)).map((row) => [name(row), row]))
  const wrong = new Map(pairs.map((pair) => [name(pair), pair]))
  await saveSold(
    tx,
    [...wrong].flatMap(([one, { connection, product }]) => {
      const quantity = sums.get(one)?.quantity ?? 0n
      return BigInt(stored.get(one)?.quantity ?? 0) === quantity ? [] : [{ tenant, connection, product, quantity }]
    }),
  )
}
