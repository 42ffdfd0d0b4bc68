import type { JsonObject } from '../../model/json.ts'
import { between } from '../../simulator/day/chance.ts'
import { redCode } from '../../simulator/day/plan-articles.ts'
import { type BookedPurchase, type PurchasePrice, promised, shelfOf, underWay, worthOf } from './books.ts'
import { owner } from './deposits.ts'
import { partyRef, placeRef, productRef, put } from './desk.ts'
import { written } from './exact.ts'
import type { Month } from './month.ts'
import { receiptCame } from './supplier-books.ts'

/** Below so many pieces that are free to sell an article is bought again, so many cases of twelve. */
const reorderBelow = 80
const mostCases = 12
const pieces = 12

const orderKey = (supplier: string, day: number): string => `hub/PO-${supplier}-${day}`

/** By the case, with parts of a cent now and then; one article in four by ten pieces. */
const priceOf = (index: number): PurchasePrice => ({
  amount: index % 2 === 0 ? `${40 + index}.00` : `${40 + index}.${3175 + 11 * index}`,
  pieces: index % 4 === 3 ? 10 : pieces,
})

/** One purchase a supplier and day, of everything of it that runs low (and on the first day one article of each supplier), and the supplier's answer: all of it, less, or nothing. */
export async function buy(month: Month): Promise<void> {
  const { cast, books } = month
  const [owed, coming] = [promised(books), underWay(books)]
  const first =
    month.day > 1 ? [] : cast.suppliers.flatMap((supplier) => cast.articles.find((one) => one.supplier === supplier)?.code ?? [])
  const low = cast.articles.filter(
    ({ code }) =>
      code !== redCode &&
      (first.includes(code) || shelfOf(books, { code }).sellable + (coming.get(code) ?? 0) - (owed.get(code) ?? 0) < reorderBelow),
  )
  for (const [supplier, articles] of Map.groupBy(low, (article) => article.supplier)) {
    const lines = articles.map(({ code }, index) => ({
      line: String(index + 1),
      article: code,
      price: priceOf(cast.articles.findIndex((one) => one.code === code)),
      ordered: between(month.chance, 4, mostCases),
    }))
    const key = orderKey(supplier, month.day)
    await month.hub.send('POST', '/v1/purchase-orders', {
      number: key.slice(4),
      issue: true,
      why: 'runs low',
      document: {
        issueDate: new Date().toISOString().slice(0, 10),
        buyer: partyRef(owner),
        seller: partyRef(supplier),
        currency: 'EUR',
        taxBasis: 'exclusive',
        lines: lines.map(({ line, article, ordered, price }) => ({
          key: line,
          number: line,
          product: productRef(article),
          quantity: String(ordered),
          unit: 'XCS',
          unitPrice: price.amount,
          ...(price.pieces === pieces ? {} : { priceQuantity: String(price.pieces), priceUnit: 'EA' }),
          lineAmount: written(worthOf(price, ordered * pieces)),
          requirement: 'Cartons on pallets, no mixed lots',
        })),
      },
    })
    const purchase: BookedPurchase = {
      supplier,
      lines: lines.map((line) => ({ ...line, ordered: line.ordered * pieces, confirmed: 0, accepted: 0, rejected: 0 })),
      closed: false,
      due: undefined,
    }
    books.purchases.set(key, purchase)
    await answer(month, key, purchase)
  }
}

async function answer(month: Month, key: string, purchase: BookedPurchase): Promise<void> {
  const { chance, day } = month
  const mood = chance()
  const kind = mood < 0.8 ? 'accepted' : mood < 0.95 ? 'changed' : 'rejected'
  for (const line of purchase.lines)
    line.confirmed =
      kind === 'accepted' ? line.ordered : kind === 'rejected' ? 0 : Math.max(0, line.ordered - pieces * between(chance, 0, 3))
  const lines = purchase.lines.map(({ line, confirmed }) => ({ line, action: 'change', quantity: String(confirmed / pieces), unit: 'XCS' }))
  await month.hub.as(month.keys.get(purchase.supplier) ?? '').send('POST', '/v1/purchase-orders/respond', {
    key,
    kind,
    ...(kind === 'changed' ? { lines } : {}),
  })
  if (kind !== 'rejected') purchase.due = day + (day === 1 ? 1 : between(chance, 1, 4))
}

/** Trucks that are due: most hold what was confirmed, some a case less or more, and now and then a case is broken. */
export async function arrivals(month: Month): Promise<void> {
  const { books, chance, day } = month
  for (const [key, purchase] of books.purchases) {
    if (purchase.due === undefined || purchase.due > day) continue
    purchase.due = undefined
    for (const [warehouse, lines] of Map.groupBy(purchase.lines, ({ article }) => shelfOf(books, { code: article }).warehouse)) {
      const counted = lines.flatMap((line) => {
        const cases = line.confirmed / pieces
        if (cases === 0) return []
        const mood = chance()
        const came = mood < 0.8 ? cases : mood < 0.9 ? cases - 1 : cases + 1
        const rejected = came > 0 && chance() < 0.1 ? 1 : 0
        return came === 0 ? [] : [{ line, accepted: came - rejected, rejected }]
      })
      if (counted.length === 0) continue
      const receipt = `${key.replace('PO', 'GR')}-${warehouse}`
      const isMistyped = month.isEve && month.mistyped.length === 0
      const document = (typed: number) => receiptOf(key, purchase, warehouse, counted, typed)
      await put(month, 'goods-receipt', receipt, document(isMistyped ? 1 : 0))
      if (isMistyped) month.mistyped.push({ receipt, supplier: purchase.supplier, document: document(0) })
      receiptCame(month, { key: receipt, order: key, supplier: purchase.supplier, lines: counted.filter(({ accepted }) => accepted > 0) })
      for (const { line, accepted, rejected } of counted) {
        line.accepted += accepted * pieces
        line.rejected += rejected * pieces
        shelfOf(books, { code: line.article }).sellable += accepted * pieces
      }
      books.posted.receipts++
    }
  }
}

interface Counted {
  readonly line: BookedPurchase['lines'][number]
  /** cases */
  readonly accepted: number
  readonly rejected: number
}

/** A receipt as the warehouse counted it; `typed`: cases that somebody writes down of the first line and that are not there. */
function receiptOf(order: string, { supplier }: BookedPurchase, warehouse: string, counted: readonly Counted[], typed: number): JsonObject {
  return {
    number: `${order.slice(4).replace('PO', 'GR')}-${warehouse}`,
    kind: 'receipt',
    status: 'posted',
    receivedAt: new Date().toISOString(),
    location: placeRef(warehouse),
    supplier: partyRef(supplier),
    order: { type: 'purchase-order', key: order },
    lines: counted.map(({ line, accepted, rejected }, index) => ({
      key: line.line,
      orderLine: { key: line.line },
      product: productRef(line.article),
      accepted: String(accepted + (index === 0 ? typed : 0)),
      rejected: String(rejected),
      unit: 'XCS',
    })),
  }
}
