import { sum as decimalSum, round } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { saleReference } from '../simulator/day/day-book.ts'
import type { DayFigures, PieceFigures, ShopFigures, SupplierFigures } from '../simulator/day/figures.ts'
import { americanTax, europeanTax } from '../simulator/day/plan-articles.ts'
import { casePrice, piecesPerCase } from '../simulator/day/plan-purchases.ts'
import { type ShopName, shopNames } from '../simulator/day/plan-sizes.ts'
import { goodsNet, type ShopOrder } from '../simulator/day/shop-record.ts'
import { type Cents, cents, money, sum, taxIn, taxOn } from '../simulator/woocommerce/money.ts'
import { goods } from './document-values.ts'
import type { House } from './house.ts'
import { quarantineCode } from './seed-books.ts'
import type { Truth } from './truth.ts'
import { numberOf, related, rowsOf, textOf } from './tryton-values.ts'

const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
const isDone = (sale: JsonObject): boolean => rowsOf(sale, 'shipments').some((shipment) => textOf(shipment, 'state') === 'done')
const pieces = (order: JsonObject): number =>
  total(goods(order).map((line) => numberOf(line, 'quantity') * numberOf(related(line, 'unit'), 'factor')))

type Fate = 'shipped' | 'cancelled' | 'open'

/** What became of a shop's order: shipped when a parcel left the house, whatever the shop says since. */
const fates =
  (truth: Truth) =>
  (shop: ShopName, order: ShopOrder): Fate => {
    const reference = saleReference(shop, order.id)
    if (truth.sales.some((sale) => textOf(sale, 'reference') === reference && isDone(sale))) return 'shipped'
    return order.status === 'cancelled' ? 'cancelled' : 'open'
  }

/** Every figure of the day, counted in Tryton's and the shops' own records. */
export function truthFigures(house: House, truth: Truth): DayFigures {
  const counted = pieceFigures(truth)
  return {
    pieces: counted,
    shops: { 'shop-us': shopFigures(house, truth, 'shop-us'), 'shop-eu': shopFigures(house, truth, 'shop-eu') },
    supplier: supplierFigures(truth, counted),
  }
}

function pieceFigures(truth: Truth): PieceFigures {
  const placeOf = (move: JsonObject, end: string) => textOf(related(move, end), 'code') || textOf(related(move, end), 'type')
  const moved = (from: string | undefined, to: string | undefined, cause = '') =>
    total(
      truth.moves
        .filter((move) => from === undefined || placeOf(move, 'from_location') === from)
        .filter((move) => to === undefined || placeOf(move, 'to_location') === to)
        .filter((move) => cause === '' || textOf(move, 'shipment').split(',')[0] === cause)
        .map((move) => numberOf(move, 'internal_quantity')),
    )
  const standing = truth.sales.filter((sale) => textOf(sale, 'state') !== 'cancelled' && !isDone(sale))
  const answered = truth.supplierSales.filter((sale) => ['processing', 'done'].includes(textOf(sale, 'state')))
  const fateOf = fates(truth)
  const soldAs = (fate: Fate) =>
    total(
      shopNames.flatMap((shop) =>
        truth.orders[shop].filter((order) => fateOf(shop, order) === fate).flatMap(({ lines }) => lines.map(({ quantity }) => quantity)),
      ),
    )
  const closing = total([...truth.onHand.values()])
  const reserved = total(standing.map(pieces))
  const ordered = total(truth.purchases.map(pieces))
  const confirmed = total(answered.map(pieces))
  const arrived = moved('SUP', undefined)
  const [shipped, cancelled, open] = [soldAs('shipped'), soldAs('cancelled'), soldAs('open')]
  return {
    opening: moved('lost_found', 'STO'),
    receiptsAccepted: moved(undefined, 'STO', 'stock.shipment.in'),
    shipped: moved('OUT', 'CUS'),
    returned: moved(undefined, 'STO', 'stock.shipment.out.return'),
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
    quarantined: moved(undefined, quarantineCode),
  }
}

function shopFigures({ plan, shops }: House, truth: Truth, shop: ShopName): ShopFigures {
  const orders = truth.orders[shop]
  const fateOf = fates(truth)
  const of = (fate: Fate) => orders.filter((order) => fateOf(shop, order) === fate)
  const entered = (net: Cents, tax: Cents): Cents => (shop === 'shop-us' ? net : net + tax)
  const all = (amount: (order: ShopOrder) => Cents): Cents => sum(orders.map(amount))
  const goodsMoney = all((order) => entered(goodsNet(order), sum(order.lines.map(({ tax }) => tax))))
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
    goods: money(goodsMoney),
    shipping: money(all((order) => entered(order.shippingNet, order.shippingTax))),
    tax: money(all((order) => order.tax)),
    taxOfSum: money(shop === 'shop-us' ? taxOn(goodsMoney, americanTax) : taxIn(placed, europeanTax)),
    placed: money(placed),
    cancelledMoney: money(sum(of('cancelled').map((order) => order.total))),
    refundedMoney: money(sum(refunds)),
    net: money(captured - sum(refunds)),
    shown: total(plan.articles.map(({ skus }) => shops.of[shop].shop.stockOf(skus[shop]) ?? 0)),
  }
}

function supplierFigures(truth: Truth, counted: PieceFigures): SupplierFigures {
  const answers = truth.purchases.map((purchase) => {
    const number = textOf(purchase, 'number')
    const sale = truth.supplierSales.find((one) => textOf(one, 'reference') === number)
    if (!sale || ['draft', 'quotation'].includes(textOf(sale, 'state'))) return 'open'
    if (textOf(sale, 'state') === 'cancelled') return 'refused'
    return pieces(sale) < pieces(purchase) ? 'cut' : 'accepted'
  })
  const count = (answer: string): number => answers.filter((each) => each === answer).length
  const worth = (amount: number): string => money(cents(casePrice) * BigInt(Math.round(amount / piecesPerCase)))
  return {
    purchases: truth.purchases.length,
    accepted: count('accepted'),
    cut: count('cut'),
    refused: count('refused'),
    casesOrdered: counted.ordered / piecesPerCase,
    casesConfirmed: counted.confirmed / piecesPerCase,
    casesArrived: counted.arrived / piecesPerCase,
    casesBroken: counted.quarantined / piecesPerCase,
    owed: worth(counted.receiptsAccepted),
    invoiced: round(decimalSum(truth.invoices.map((row) => textOf(row, 'untaxed_amount'))), 2, 'half-up'),
    variance: worth(counted.quarantined),
  }
}
