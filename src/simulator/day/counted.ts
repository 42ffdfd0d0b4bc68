import { sum as decimalSum, round } from '../../model/decimal.ts'
import { type Cents, cents, money, sum, taxIn, taxOn } from '../woocommerce/money.ts'
import { saleReference } from './day-book.ts'
import type { DayFigures, PieceFigures, ShopFigures, SupplierFigures } from './figures.ts'
import { americanTax, europeanTax } from './plan-articles.ts'
import { tellsTax } from './plan-left-out.ts'
import { casePrice, piecesPerCase } from './plan-purchases.ts'
import type { ShopName } from './plan-sizes.ts'
import { goodsNet, type ShopOrder } from './shop-record.ts'
import type { TradeOrder, Truth } from './truth.ts'
import type { World } from './world.ts'

const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** What became of a shop's order: shipped when a parcel left the house, whatever the shop says since. */
export const fateOf = (truth: Truth, shop: ShopName, order: ShopOrder): 'shipped' | 'cancelled' | 'open' => {
  const sales = truth.sales.get(saleReference(shop, order.id)) ?? []
  if (sales.some(({ shipped }) => shipped)) return 'shipped'
  return order.status === 'cancelled' ? 'cancelled' : 'open'
}

const piecesIn = ({ lines }: TradeOrder): number => total(lines.map(({ quantity, factor }) => quantity * factor))

const soldPieces = (truth: Truth, fate: 'shipped' | 'cancelled' | 'open'): number => {
  const shops: readonly ShopName[] = ['shop-us', 'shop-eu']
  const orders = shops.flatMap((shop) => truth.orders[shop].filter((order) => fateOf(truth, shop, order) === fate))
  return total(orders.flatMap(({ lines }) => lines.map(({ quantity }) => quantity)))
}

const pieceFigures = (world: World, truth: Truth): PieceFigures => {
  const standing = [...truth.sales.values()].flat().filter(({ state, shipped }) => state !== 'cancelled' && !shipped)
  const answered = [...truth.supplierSales.values()].flat().filter(({ state }) => state === 'confirmed')
  const closing = total(world.plan.articles.map(({ code }) => world.harbour.quantity(code)))
  const reserved = total(standing.map(piecesIn))
  const ordered = total(truth.purchases.map(piecesIn))
  const confirmed = total(answered.map(piecesIn))
  const { arrived, quarantined } = truth.moved
  const [shipped, cancelled, open] = [soldPieces(truth, 'shipped'), soldPieces(truth, 'cancelled'), soldPieces(truth, 'open')]
  return {
    opening: truth.moved.opening,
    receiptsAccepted: truth.moved.receiptsAccepted,
    shipped: truth.moved.shipped,
    returned: truth.moved.returned,
    closing,
    reserved,
    available: closing - reserved,
    ordered,
    cutAndRefused: ordered - confirmed,
    confirmed,
    arrived,
    inTransit: confirmed - arrived,
    sold: shipped + cancelled + open,
    cancelled,
    open,
    quarantined,
  }
}

/** As entered in the shop: with the tax inside where prices include it. */
const entered = (shop: ShopName, net: Cents, tax: Cents): Cents => (shop === 'shop-us' ? net : net + tax)

const shopFigures = (world: World, truth: Truth, shop: ShopName): ShopFigures => {
  const orders = truth.orders[shop]
  const of = (fate: string) => orders.filter((order) => fateOf(truth, shop, order) === fate)
  const all = (figure: (order: ShopOrder) => Cents): Cents => sum(orders.map(figure))
  const goods = all((order) => entered(shop, goodsNet(order), sum(order.lines.map(({ tax }) => tax))))
  const placed = all((order) => order.total)
  const refunds = orders.flatMap((order) => order.refunds)
  const captured = all((order) => order.captured)
  return {
    currency: shop === 'shop-us' ? 'USD' : 'EUR',
    orders: orders.length,
    shipped: of('shipped').length,
    open: of('open').length,
    cancelled: of('cancelled').length,
    refunds: refunds.length,
    goods: money(goods),
    shipping: money(all((order) => entered(shop, order.shippingNet, order.shippingTax))),
    tax: money(all((order) => order.tax)),
    taxOfSum: money(shop === 'shop-eu' ? taxIn(placed, europeanTax) : tellsTax(world.leftOut) ? taxOn(goods, americanTax) : 0n),
    placed: money(placed),
    cancelledMoney: money(sum(of('cancelled').map((order) => order.total))),
    refundedMoney: money(sum(refunds)),
    net: money(captured - sum(refunds)),
    shown: total(world.plan.articles.map(({ skus }) => world.shops[shop].stockOf(skus[shop]) ?? 0)),
  }
}

const cases = ({ lines }: TradeOrder): number => total(lines.map(({ quantity }) => quantity))

const supplierFigures = (truth: Truth, pieces: PieceFigures): SupplierFigures => {
  const answers = truth.purchases.map((purchase) => {
    const sale = truth.supplierSales.get(purchase.number)?.[0]
    if (!sale || sale.state === 'draft') return 'open'
    if (sale.state === 'cancelled') return 'refused'
    return cases(sale) < cases(purchase) ? 'cut' : 'accepted'
  })
  const count = (answer: string): number => answers.filter((each) => each === answer).length
  const worth = (amount: number): string => money(cents(casePrice) * BigInt(Math.round(amount / piecesPerCase)))
  return {
    purchases: truth.purchases.length,
    accepted: count('accepted'),
    cut: count('cut'),
    refused: count('refused'),
    casesOrdered: pieces.ordered / piecesPerCase,
    casesConfirmed: pieces.confirmed / piecesPerCase,
    casesArrived: pieces.arrived / piecesPerCase,
    casesBroken: pieces.quarantined / piecesPerCase,
    owed: worth(pieces.receiptsAccepted),
    invoiced: round(decimalSum(truth.invoices), 2, 'half-up'),
    variance: worth(pieces.quarantined),
  }
}

/** The figures of the day, counted in the systems' own records. Compare with `plan.figures`. */
export const countFigures = (world: World, truth: Truth): DayFigures => {
  const pieces = pieceFigures(world, truth)
  return {
    pieces,
    shops: { 'shop-us': shopFigures(world, truth, 'shop-us'), 'shop-eu': shopFigures(world, truth, 'shop-eu') },
    supplier: supplierFigures(truth, pieces),
  }
}
