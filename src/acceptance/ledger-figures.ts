import { add, divide, multiply, round, subtract, sum } from '../model/decimal.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { DayFigures, ShopFigures, SupplierFigures } from '../simulator/day/figures.ts'
import { piecesPerCase } from '../simulator/day/plan-purchases.ts'
import type { ShopName } from '../simulator/day/plan-sizes.ts'
import { list, part, text } from './document-values.ts'
import type { Ledger } from './ledger.ts'

/** The ledger's total on hand; asked in the morning, for in the evening it is gone. */
export const onHandOf = (stats: JsonObject): number => figure(part(stats.figures, 'stock'), 'onHand')

/** Every figure of the day as the hub's API answers it. */
export function ledgerFigures(ledger: Ledger, opening: number): DayFigures {
  const { figures } = ledger.stats
  const stock = part(figures, 'stock')
  const sold = part(figures, 'sold')
  const purchased = part(figures, 'purchased')
  const returned = ledger.of('shipment').filter(({ body }) => body.direction === 'return')
  const shown = figure(stock, 'pushable')
  return {
    pieces: {
      opening,
      receiptsAccepted: figure(purchased, 'accepted'),
      shipped: figure(sold, 'shipped'),
      returned: Number(sum(returned.flatMap(({ body }) => list(body.lines).map(({ quantity }) => text(quantity))))),
      closing: figure(stock, 'onHand'),
      reserved: figure(stock, 'reserved'),
      available: figure(stock, 'available'),
      ordered: figure(purchased, 'ordered'),
      cutAndRefused: figure(purchased, 'cut'),
      confirmed: figure(purchased, 'confirmed'),
      arrived: figure(purchased, 'arrived'),
      inTransit: figure(purchased, 'inTransit'),
      sold: figure(sold, 'quantity'),
      cancelled: figure(sold, 'cancelled'),
      open: figure(sold, 'open'),
      quarantined: figure(purchased, 'rejected'),
    },
    shops: { 'shop-us': shopSide(ledger, 'shop-us', shown), 'shop-eu': shopSide(ledger, 'shop-eu', shown) },
    supplier: supplierSide(ledger, purchased),
  }
}

const figure = (group: Json | undefined, name: string): number => Number(text(part(group, name)))
const cents = (amount: string): string => round(amount, 2, 'half-up')

/** As people of that shop speak: in Europe goods and shipping with the tax inside. */
function shopSide(ledger: Ledger, shop: ShopName, shown: number): ShopFigures {
  const own: JsonObject = list(part(ledger.stats.figures, 'sales')).find(({ origin }) => origin === shop) ?? {}
  const orders = ledger.of('sales-order').filter(({ origin }) => origin === shop)
  const taxOf = (name: 'lines' | 'charges') =>
    sum(orders.flatMap(({ body }) => list(body[name]).flatMap(({ taxes }) => list(taxes).map(({ amount }) => text(amount)))))
  const inside = shop === 'shop-eu'
  const money = (name: string): string => cents(text(own[name]) || '0')
  const placed = money('placed')
  return {
    currency: text(own.currency),
    orders: Number(own.orders),
    shipped: Number(own.done),
    open: Number(own.open),
    cancelled: Number(own.cancelled),
    refunds: ledger.of('refund').filter(({ origin }) => origin === shop).length,
    goods: inside ? cents(add(money('goods'), taxOf('lines'))) : money('goods'),
    shipping: inside ? cents(add(money('charges'), taxOf('charges'))) : money('charges'),
    tax: money('tax'),
    taxOfSum: inside
      ? round(divide(multiply(placed, '19'), '119', 4, 'half-up'), 2, 'half-up')
      : round(multiply(money('goods'), '0.09'), 2, 'half-up'),
    placed,
    cancelledMoney: money('cancelledTotal'),
    refundedMoney: money('refunded'),
    net: cents(subtract(money('paid'), money('refunded'))),
    shown,
  }
}

function supplierSide(ledger: Ledger, purchased: Json | undefined): SupplierFigures {
  const orders = ledger.of('purchase-order')
  const answers = new Map(ledger.of('order-response').map(({ body }) => [ledger.keyOf(body.order), body]))
  const quantity = (body: JsonObject | undefined): string => sum(list(body?.lines).map((line) => text(line.quantity)))
  const outcomes = orders.map(({ key, body }) => {
    const answer = answers.get(key)
    if (answer?.kind === 'rejected') return 'refused'
    if (answer?.kind !== 'accepted') return 'open'
    return Number(quantity(answer)) < Number(quantity(body)) ? 'cut' : 'accepted'
  })
  const count = (outcome: string): number => outcomes.filter((each) => each === outcome).length
  const prices = new Map(
    orders.flatMap(({ key, body }) => list(body.lines).map((line) => [`${key} ${text(line.key)}`, text(line.unitPrice)] as const)),
  )
  const owed = sum(
    ledger.of('goods-receipt').flatMap(({ body }) =>
      list(body.lines).map((line) => {
        const price = prices.get(`${ledger.keyOf(line.order)} ${text(part(line.orderLine, 'key'))}`) ?? '0'
        return multiply(price, text(line.accepted))
      }),
    ),
  )
  const invoices = part(ledger.stats.figures, 'invoices')
  const invoiced = text(list(invoices).find(({ currency }) => currency === 'CNY')?.total) || '0.00'
  const variances = ledger.findings.flatMap(({ code, detail }) => (code === 'quantity-variance' ? [text(part(detail, 'amount'))] : []))
  const cases = (name: string): number => figure(purchased, name) / piecesPerCase
  return {
    purchases: orders.length,
    accepted: count('accepted'),
    cut: count('cut'),
    refused: count('refused'),
    casesOrdered: cases('ordered'),
    casesConfirmed: cases('confirmed'),
    casesArrived: cases('arrived'),
    casesBroken: cases('rejected'),
    owed: cents(owed),
    invoiced: cents(invoiced),
    variance: cents(sum(variances)),
  }
}
