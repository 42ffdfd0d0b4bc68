import type { ShopBook } from './shop-book.ts'
import type { Order, Product } from './types.ts'

/** The product or variation whose stock a line takes; undefined when it is gone. */
export const sellable = (book: ShopBook, line: { readonly productId: number; readonly variationId: number }): Product | undefined =>
  book.products.get(line.variationId > 0 ? line.variationId : line.productId)

const statusFor = (product: Product, stock: number): Product['stockStatus'] =>
  stock > 0 ? 'instock' : product.backorders === 'no' ? 'outofstock' : 'onbackorder'

/** The same product with this stock; one that does not manage stock stays as it is. */
export const withStock = (product: Product, stock: number): Product =>
  product.manageStock ? { ...product, stock, stockStatus: statusFor(product, stock) } : product

const move = (book: ShopBook, line: { readonly productId: number; readonly variationId: number }, pieces: number): void => {
  const product = sellable(book, line)
  if (!product) return
  const sold = { ...product, totalSales: Math.max(0, product.totalSales - pieces) }
  book.saveProduct(product.manageStock ? withStock(sold, (product.stock ?? 0) + pieces) : sold, 'updated')
}

const refundedPieces = (order: Order, lineId: number): number =>
  order.refunds
    .flatMap(({ lines }) => lines)
    .filter(({ of }) => of.id === lineId)
    .reduce((pieces, { quantity }) => pieces + quantity, 0)

/**
 * Takes an order's pieces from stock the first time it is processing, on hold or completed. Never refuses: stock can only fall below zero with
 * backorders, or when a client lowered it between placing and paying, as in a real shop.
 */
export const reduceStock = (book: ShopBook, order: Order): Order => {
  if (order.stockReduced) return order
  for (const line of order.lines) move(book, line, -line.quantity)
  return { ...order, stockReduced: true }
}

/** Puts the pieces of a cancelled order back, less those that refunds dealt with. */
export const restoreStock = (book: ShopBook, order: Order): Order => {
  if (!order.stockReduced) return order
  for (const line of order.lines) {
    const pieces = line.quantity - refundedPieces(order, line.id)
    if (pieces > 0) move(book, line, pieces)
  }
  return { ...order, stockReduced: false }
}

/** Puts some pieces back, or takes more (negative), for a line of an order whose stock is reduced. */
export const adjustStock = (
  book: ShopBook,
  order: Order,
  line: { readonly productId: number; readonly variationId: number },
  pieces: number,
): void => {
  if (order.stockReduced && pieces !== 0) move(book, line, pieces)
}

/** Pieces that unpaid orders hold, which nobody else in this shop can buy. */
const heldPieces = (book: ShopBook, id: number): number => {
  let held = 0
  for (const order of book.orders.values()) {
    if (order.status !== 'pending' || order.stockReduced) continue
    for (const line of order.lines) {
      if ((line.variationId > 0 ? line.variationId : line.productId) === id) held += line.quantity
    }
  }
  return held
}

/** How many pieces the cart lets a buyer take now; Infinity without stock management or with backorders. */
export const buyable = (book: ShopBook, product: Product): number =>
  !product.manageStock || product.backorders !== 'no' ? Number.POSITIVE_INFINITY : (product.stock ?? 0) - heldPieces(book, product.id)
