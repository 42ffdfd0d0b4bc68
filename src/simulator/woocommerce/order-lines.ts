import { type Cents, cents, type Rate, sum, taxIn, taxOn } from './money.ts'
import type { ShopBook } from './shop-book.ts'
import type { OrderLine, Product, SideLine } from './types.ts'

/** Net and tax of an amount as entered in the shop: with tax inside where prices include it, else tax comes on top. Net + tax foots. */
export const split = (entered: Cents, rate: Rate, pricesIncludeTax: boolean): { net: Cents; tax: Cents } => {
  if (!pricesIncludeTax) return { net: entered, tax: taxOn(entered, rate) }
  const tax = taxIn(entered, rate)
  return { net: entered - tax, tax }
}

/** Recomputes a line from its unit price as entered; the discount is an amount as entered, for the whole line. */
export const priced = (book: ShopBook, line: Omit<OrderLine, 'subtotal' | 'subtotalTax' | 'total' | 'totalTax'>): OrderLine => {
  const entered = line.unitPrice * BigInt(line.quantity)
  const before = split(entered, book.taxRate, book.site.pricesIncludeTax)
  const after = split(entered - line.discount, book.taxRate, book.site.pricesIncludeTax)
  return { ...line, subtotal: before.net, subtotalTax: before.tax, total: after.net, totalTax: after.tax }
}

/** A line with totals given without tax, the way the API takes them: tax is added whatever the shop's price mode. */
export const withNetTotals = (book: ShopBook, line: OrderLine, subtotal: Cents, total: Cents): OrderLine => ({
  ...line,
  subtotal,
  subtotalTax: taxOn(subtotal, book.taxRate),
  total,
  totalTax: taxOn(total, book.taxRate),
})

export type WantedLine = { readonly product: Product; readonly quantity: number; readonly discount: Cents }

/** A new line at the product's present price. */
export const newLine = (book: ShopBook, { product, quantity, discount }: WantedLine): OrderLine => {
  const variation = product.type === 'variation'
  return priced(book, {
    id: book.nextId('item'),
    name: product.name,
    productId: variation ? product.parentId : product.id,
    variationId: variation ? product.id : 0,
    sku: product.sku,
    quantity,
    unitPrice: cents(product.regularPrice === '' ? '0' : product.regularPrice),
    discount,
    meta: variation
      ? product.attributes.map(({ name, option }) => ({
          id: book.nextId('meta'),
          key: `pa_${name.toLowerCase()}`,
          value: option.toLowerCase(),
        }))
      : [],
  })
}

/** The shipping of a checkout: the amount is what the buyer pays where prices include tax, else without tax. */
export const shippingLine = (book: ShopBook, entered: Cents): SideLine => {
  const { net, tax } = book.taxShipping ? split(entered, book.taxRate, book.site.pricesIncludeTax) : { net: entered, tax: 0n }
  return { id: book.nextId('item'), title: 'Flat rate', method: 'flat_rate', total: net, totalTax: tax }
}

/** The coupon that explains the discounts of the lines; none without a discount. */
export const couponLines = (book: ShopBook, lines: readonly OrderLine[], before: readonly SideLine[] = []): readonly SideLine[] => {
  const total = sum(lines.map((line) => line.subtotal - line.total))
  const totalTax = sum(lines.map((line) => line.subtotalTax - line.totalTax))
  if (total === 0n && totalTax === 0n) return []
  return [{ id: before[0]?.id ?? book.nextId('item'), title: before[0]?.title ?? 'welcome', method: '', total, totalTax }]
}
