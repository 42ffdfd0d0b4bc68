import { figures, type OrderFigures } from '../ledger/figures.ts'
import { add, divide, fromScaled, multiply, quantityScale, round, subtract } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Context } from '../pipeline/context.ts'
import type { DayFigures, ShopFigures, SupplierFigures } from '../simulator/day/figures.ts'
import type { DocumentTable } from '../store/tables.ts'

/** What is asked once, in the morning: opening stock is not a figure the ledger still holds in the evening. */
export const openingStock = async (context: Context): Promise<number> =>
  Number((await figures(context.database.read, context.tenant)).stock.onHand)

/** Every figure of the day as the ledger has it, in the shape in which the systems' own records are counted. */
export async function ledgerSide(context: Context, opening: number): Promise<DayFigures> {
  const all = await figures(context.database.read, context.tenant)
  const { stock, sold, purchased } = all
  const returned = (await bodies(context, 'shipment')).filter(({ direction }) => direction === 'return')
  return {
    pieces: {
      opening,
      receiptsAccepted: Number(purchased.accepted),
      shipped: Number(sold.shipped),
      returned: Number(sumOf(returned.flatMap((shipment) => list(shipment.lines).map(({ quantity }) => quantity)))),
      closing: Number(stock.onHand),
      reserved: Number(stock.reserved),
      available: Number(stock.available),
      ordered: Number(purchased.ordered),
      cutAndRefused: Number(purchased.cut),
      confirmed: Number(purchased.confirmed),
      arrived: Number(purchased.arrived),
      inTransit: Number(purchased.inTransit),
      sold: Number(sold.quantity),
      cancelled: Number(sold.cancelled),
      open: Number(sold.open),
      quarantined: Number(purchased.rejected),
    },
    shops: {
      'shop-us': await shopSide(context, 'shop-us', all.sales, Number(stock.pushable)),
      'shop-eu': await shopSide(context, 'shop-eu', all.sales, Number(stock.pushable)),
    },
    supplier: await supplierSide(context, all),
  }
}

/** Shop figures as people of that shop speak of them: in Europe goods and shipping with the tax inside. */
async function shopSide(context: Context, shop: string, sales: readonly OrderFigures[], shown: number): Promise<ShopFigures> {
  const own = sales.find(({ origin }) => origin === shop)
  const orders = await bodies(context, 'sales-order', shop)
  const inclusive = shop === 'shop-eu'
  const taxOf = (items: readonly JsonObject[]) => sumOf(items.flatMap((item) => list(item.taxes).map(({ amount }) => amount)))
  // a shop that tells its amounts with the tax inside needs none added to them
  const bare = orders.filter(({ taxBasis }) => taxBasis !== 'inclusive')
  const goodsTax = sumOf(bare.map((order) => taxOf(list(order.lines))))
  const chargeTax = sumOf(bare.map((order) => taxOf(list(order.charges))))
  const refunds = await bodies(context, 'refund', shop)
  const placed = own?.placed ?? '0.00'
  return {
    currency: own?.currency ?? '',
    orders: own?.orders ?? 0,
    shipped: own?.done ?? 0,
    open: own?.open ?? 0,
    cancelled: own?.cancelled ?? 0,
    refunds: refunds.length,
    goods: money(inclusive ? add(own?.goods ?? '0', goodsTax) : (own?.goods ?? '0')),
    shipping: money(inclusive ? add(own?.charges ?? '0', chargeTax) : (own?.charges ?? '0')),
    tax: own?.tax ?? '0.00',
    taxOfSum: inclusive ? round(divide(multiply(placed, '19'), '119', 4, 'half-up'), 2, 'half-up') : money(own?.tax ?? '0'),
    placed,
    cancelledMoney: own?.cancelledTotal ?? '0.00',
    refundedMoney: own?.refunded ?? '0.00',
    net: money(subtract(own?.paid ?? '0', own?.refunded ?? '0')),
    shown,
  }
}

async function supplierSide(context: Context, all: Awaited<ReturnType<typeof figures>>): Promise<SupplierFigures> {
  const { read } = context.database
  const lines = await read
    .selectFrom('order_line')
    .select(['key', 'line', 'quantity', 'cancelled', 'confirmed', 'received', 'rejected', 'invoiced'])
    .where('tenant', '=', context.tenant)
    .where('type', '=', 'purchase-order')
    .execute()
  const orders = Map.groupBy(lines, ({ key }) => key)
  const outcome = (wanted: 'accepted' | 'cut' | 'refused') =>
    [...orders.values()].filter((own) => {
      const cut = own.reduce((sum, line) => sum + BigInt(line.cancelled), 0n)
      const whole = own.reduce((sum, line) => sum + BigInt(line.quantity), 0n)
      return wanted === (cut === 0n ? 'accepted' : cut === whole ? 'refused' : 'cut')
    }).length
  const prices = new Map<string, string>()
  for (const order of await bodies(context, 'purchase-order'))
    for (const line of list(order.lines)) prices.set(`${String(order.key)}\0${String(line.key)}`, String(line.lineAmount))
  /** value of some pieces of a line, at what the whole line costs */
  const worth = (key: string, line: string, pieces: bigint, whole: bigint) =>
    divide(
      multiply(prices.get(`${key}\0${line}`) ?? '0', fromScaled(pieces, quantityScale)),
      fromScaled(whole, quantityScale),
      2,
      'half-up',
    )
  const accepted = sumOf(
    lines.map((line) => worth(line.key, line.line, BigInt(line.received) - BigInt(line.rejected), BigInt(line.quantity))),
  )
  const variance = sumOf(
    lines.map((line) =>
      worth(line.key, line.line, max(0n, BigInt(line.invoiced) - (BigInt(line.received) - BigInt(line.rejected))), BigInt(line.quantity)),
    ),
  )
  const cases = (pieces: string) => Number(pieces) / 12
  return {
    purchases: orders.size,
    accepted: outcome('accepted'),
    cut: outcome('cut'),
    refused: outcome('refused'),
    casesOrdered: cases(all.purchased.ordered),
    casesConfirmed: cases(all.purchased.confirmed),
    casesArrived: cases(all.purchased.arrived),
    casesBroken: cases(all.purchased.rejected),
    owed: money(accepted),
    invoiced: all.invoices.find(({ currency }) => currency === 'CNY')?.total ?? '0.00',
    variance: money(variance),
  }
}

async function bodies(context: Context, type: string, origin?: string): Promise<JsonObject[]> {
  let query = context.database.read
    .selectFrom('document')
    .select(['key', 'body'])
    .where('tenant', '=', context.tenant)
    .where('type', '=', type)
  if (origin !== undefined) query = query.where('origin', '=', origin)
  const rows: Pick<DocumentTable, 'key' | 'body'>[] = await query.execute()
  return rows.map(({ key, body }) => ({ ...(JSON.parse(body) as JsonObject), key }))
}

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const sumOf = (values: readonly (Json | undefined)[]): string =>
  values.reduce<string>((sum, value) => (value === undefined || value === null ? sum : add(sum, String(value))), '0')
const money = (amount: string): string => round(amount, 2, 'half-up')
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
