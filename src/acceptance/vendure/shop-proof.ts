import { at, isObject, type Json, type JsonObject } from '../../model/json.ts'
import { day, numberOf, related, rowsOf, textOf } from '../tryton-values.ts'
import { referenceOf } from './shop-desks.ts'
import { connection, type ShopHouse } from './shop-house.ts'
import { trackingOf } from './shop-plan.ts'

/** One kind of record, counted on both sides. */
export interface Row {
  readonly name: string
  readonly shop: number
  readonly books: number
  readonly wrong: readonly string[]
}

const orderQuery = `query($skip: Int!) { orders(options: { skip: $skip, take: 100, sort: { id: ASC }, filter: { orderPlacedAt: { isNull: false } } }) { totalItems items {
  id state total totalWithTax currencyCode shipping lines { quantity unitPrice proratedLinePrice productVariant { sku } }
  payments { id amount refunds { id total state } } fulfillments { id state trackingCode lines { quantity } } } } }`
const stockQuery =
  '{ productVariants(options: { take: 100 }) { items { sku stockLevels { stockLocationId stockOnHand stockAllocated } } } }'

const listAt = (value: Json | undefined, path: string): readonly JsonObject[] => {
  const found = value === undefined ? undefined : at(value, path)
  return Array.isArray(found) ? found.filter(isObject) : []
}
/** `2 x LAMP-01 at 34.9900`, in order of the articles. */
const lineText = (quantity: number, sku: string, price: number): string => `${quantity} x ${sku} at ${price.toFixed(4)}`

/** Reads both systems through their own APIs and compares record by record; the hub is asked only what its ledger holds. */
export async function proveShop(house: ShopHouse): Promise<readonly Row[]> {
  const { shop, harbour, orders, placed, hub } = house
  const found: JsonObject[] = []
  for (let total = 1; found.length < total; ) {
    const data = await shop.ask(orderQuery, { skip: found.length })
    total = Number(at(data, 'orders.totalItems'))
    const page = listAt(data, 'orders.items')
    if (page.length === 0) break
    found.push(...page)
  }
  const byId = new Map(found.map((order) => [String(order.id), order]))
  const sales = await harbour.tryton.rows(
    'sale.sale',
    [['reference', 'like', `${connection}/%`]],
    [
      'reference',
      'state',
      'untaxed_amount',
      'currency.code',
      'lines.quantity',
      'lines.unit_price',
      'lines.product.code',
      'shipments.state',
      'shipments.reference',
    ],
  )
  const salesOf = Map.groupBy(sales, (sale) => textOf(sale, 'reference'))
  const documents = new Map(
    await Promise.all(
      (['sales-order', 'payment', 'refund', 'shipment'] as const).map(
        async (type) => [type, await hub.list(`/v1/documents/${type}`)] as const,
      ),
    ),
  )

  const saleWrong: string[] = []
  let unsold = 0
  const shipWrong: string[] = []
  const stateWrong: string[] = []
  for (const plan of orders) {
    const id = placed.get(plan.number)
    const order = id === undefined ? undefined : byId.get(id)
    if (id === undefined || order === undefined) {
      saleWrong.push(`order ${plan.number} is not in the shop`)
      continue
    }
    const [sale, ...more] = salesOf.get(referenceOf(id)) ?? []
    if (sale === undefined && plan.fate !== 'cancelled') saleWrong.push(`order ${id} (${plan.fate}): LOST, no sale`)
    if (more.length > 0) saleWrong.push(`order ${id} (${plan.fate}): DOUBLED, ${more.length + 1} sales`)
    // one that was cancelled before the hub heard of it needs no sale
    if (sale === undefined && plan.fate === 'cancelled') unsold++
    if (sale === undefined) continue
    const state = textOf(sale, 'state')
    const isCancelled = plan.fate === 'cancelled'
    const wanted = isCancelled ? { shop: ['Cancelled'], books: ['cancelled'] } : { shop: ['Shipped'], books: ['processing', 'done'] }
    if (!wanted.shop.includes(String(order.state))) stateWrong.push(`order ${id} (${plan.fate}): ${String(order.state)} in the shop`)
    if (!wanted.books.includes(state)) stateWrong.push(`order ${id} (${plan.fate}): sale is ${state}`)
    const parcels = listAt(order, 'fulfillments').filter((one) => one.state !== 'Cancelled')
    const tracking = parcels.map((one) => String(one.trackingCode)).join(' ')
    const expected = isCancelled ? '' : trackingOf(plan)
    if (tracking !== expected) shipWrong.push(`order ${id} (${plan.fate}): parcels "${tracking}" instead of "${expected}"`)
    if (isCancelled) continue
    const pieces = (rows: readonly JsonObject[]) => rows.reduce((sum, row) => sum + Number(row.quantity), 0)
    if (pieces(parcels.flatMap((one) => listAt(one, 'lines'))) !== pieces(listAt(order, 'lines')))
      shipWrong.push(`order ${id} (${plan.fate}): the parcel holds another number of pieces`)
    const ordered = listAt(order, 'lines')
      .filter((line) => Number(line.quantity) > 0)
      .map((line) =>
        lineText(
          Number(line.quantity),
          String(at(line, 'productVariant.sku')),
          Number(line.proratedLinePrice) / 100 / Number(line.quantity),
        ),
      )
    const lines = rowsOf(sale, 'lines')
    const booked = lines.flatMap((line) => {
      const sku = textOf(related(line, 'product'), 'code')
      return sku === '' ? [] : [lineText(numberOf(line, 'quantity'), sku, numberOf(line, 'unit_price'))]
    })
    if (ordered.toSorted().join('; ') !== booked.toSorted().join('; '))
      saleWrong.push(`order ${id} (${plan.fate}): ${booked.join('; ')} instead of ${ordered.join('; ')}`)
    const net = lines.reduce((sum, line) => sum + Math.round(numberOf(line, 'quantity') * numberOf(line, 'unit_price') * 100), 0)
    if (net !== Number(order.total))
      saleWrong.push(`order ${id} (${plan.fate}): ${net} cents in the books, ${String(order.total)} in the shop`)
  }
  const strangers = [...salesOf.keys()].filter((reference) => !byId.has(reference.slice(connection.length + 1)))
  for (const reference of strangers) saleWrong.push(`sale of ${reference}: there is no such order`)

  const payments = found.flatMap((order) => listAt(order, 'payments'))
  const refunds = payments.flatMap((payment) => listAt(payment, 'refunds'))
  const same = (name: string, type: 'payment' | 'refund' | 'sales-order', shopRows: readonly JsonObject[]): Row => {
    const keys = (documents.get(type) ?? []).map((document) => String(document.key))
    const wanted = shopRows.map(({ id }) => `${connection}/${String(id)}`)
    return {
      name,
      shop: shopRows.length,
      books: keys.length,
      wrong: [
        ...wanted.filter((key) => !keys.includes(key)).map((key) => `${type} ${key}: LOST`),
        ...keys
          .filter((key, place) => !wanted.includes(key) || keys.indexOf(key) !== place)
          .map((key) => `${type} ${key}: DOUBLED or unknown`),
      ],
    }
  }
  const shipped = found.flatMap((order) => listAt(order, 'fulfillments'))
  const sent = sales.flatMap((sale) => rowsOf(sale, 'shipments').filter((shipment) => textOf(shipment, 'state') === 'done'))
  return [
    { name: 'orders and sales', shop: found.length - unsold, books: sales.length, wrong: saleWrong },
    { name: 'states', shop: found.length - unsold, books: sales.length, wrong: stateWrong },
    { name: 'parcels and shipments', shop: shipped.length, books: sent.length, wrong: shipWrong },
    same('orders in the ledger', 'sales-order', found),
    same('payments in the ledger', 'payment', payments),
    same('refunds in the ledger', 'refund', refunds),
    await stockRow(house),
  ]
}

/** What the shop may sell of each article is what lies in Harbour's storage, and nothing at the place that the ERP does not fill. */
async function stockRow({ shop, harbour, books, articles }: ShopHouse): Promise<Row> {
  const levels = new Map(
    listAt(await shop.ask(stockQuery), 'productVariants.items').map((row) => {
      const of = (location: string) => listAt(row, 'stockLevels').find((level) => level.stockLocationId === location)
      const free = (location: string) => Number(of(location)?.stockOnHand ?? 0) - Number(of(location)?.stockAllocated ?? 0)
      return [String(row.sku), { storage: free(books.location), other: free(books.other) }] as const
    }),
  )
  const rows = await harbour.tryton.rows('product.product', [['code', 'in', [...articles]]], ['code', 'quantity'], {
    locations: [harbour.books.storage],
    // a day that ends while people work is counted to its end
    stock_date_end: day(new Date()),
  })
  const wrong = rows.flatMap((row) => {
    const code = textOf(row, 'code')
    const level = levels.get(code)
    return [
      ...(level?.storage === numberOf(row, 'quantity')
        ? []
        : [`${code}: ${level?.storage} in the shop, ${textOf(row, 'quantity')} in the books`]),
      ...(level?.other === 0 ? [] : [`${code}: ${level?.other} at the other location`]),
    ]
  })
  return { name: 'articles in stock', shop: levels.size, books: rows.length, wrong }
}
