import { add, amountScale, fromScaled, quantityScale } from '../model/decimal.ts'
import { isObject } from '../model/json.ts'
import { documentPage } from '../store/document.ts'
import { documentCounts, findingCounts, lineSums, orderSums, returnedOrders, stockSums } from '../store/figures.ts'
import type { Reader } from '../store/in-list.ts'
import { isPosted } from './purchase-lines.ts'
import { toDocument } from './shelf.ts'

/** The ledger's own totals; quantities in base units and amounts as exact decimal text. */
export interface Figures {
  /** sellable stock; `pushable` sums max(0, available) */
  readonly stock: {
    readonly onHand: string
    readonly reserved: string
    readonly inTransit: string
    readonly available: string
    readonly pushable: string
  }
  /** sales lines: sold = shipped + cancelled + open */
  readonly sold: {
    readonly quantity: string
    readonly shipped: string
    readonly cancelled: string
    readonly open: string
    readonly restocked: string
  }
  /** purchase lines: ordered - cut = confirmed + unanswered; arrived = accepted + rejected; inTransit = confirmed - arrived */
  readonly purchased: {
    readonly ordered: string
    readonly cut: string
    readonly confirmed: string
    readonly unanswered: string
    readonly arrived: string
    readonly accepted: string
    readonly rejected: string
    readonly inTransit: string
    readonly invoiced: string
  }
  /** by origin and currency */
  readonly sales: readonly OrderFigures[]
  readonly purchases: readonly OrderFigures[]
  /** orders of which units came back */
  readonly returned: number
  /** posted, by currency; credit notes are not in `total` */
  readonly invoices: readonly { readonly currency: string; readonly count: number; readonly total: string }[]
  /** documents by type, origin and status */
  readonly documents: readonly { readonly type: string; readonly origin: string; readonly status: string | null; readonly count: number }[]
  /** open findings by code */
  readonly findings: readonly { readonly code: string; readonly count: number }[]
}

/** orders = done + open + cancelled. cancelled: called off before anything moved; an order cancelled on the truck counts where its goods are. */
export interface OrderFigures {
  readonly origin: string
  readonly currency: string
  readonly orders: number
  /** all that is not cancelled was shipped (sales) or arrived (purchases) */
  readonly done: number
  readonly open: number
  readonly cancelled: number
  readonly goods: string
  readonly charges: string
  readonly tax: string
  readonly placed: string
  readonly cancelledTotal: string
  readonly refunded: string
  /** placed - cancelledTotal - refunded */
  readonly net: string
  readonly paid: string
}

export async function figures(read: Reader, tenant: string): Promise<Figures> {
  const lines = await lineSums(read, tenant)
  const orders = await orderSums(read, tenant)
  const stock = await stockSums(read, tenant)
  const sales = lines.get('sales-order')
  const purchases = lines.get('purchase-order')
  const ordered = purchases?.quantity ?? 0n
  const confirmed = purchases?.confirmed ?? 0n
  const cut = purchases?.cancelled ?? 0n
  return {
    stock: {
      onHand: quantity(stock.onHand),
      reserved: quantity(stock.reserved),
      inTransit: quantity(stock.inTransit),
      available: quantity(stock.available),
      pushable: quantity(stock.pushable),
    },
    sold: {
      quantity: quantity(sales?.quantity),
      shipped: quantity(sales?.shipped),
      cancelled: quantity(sales?.cancelled),
      open: quantity(sales?.open),
      restocked: quantity(sales?.restocked),
    },
    purchased: {
      ordered: quantity(ordered),
      cut: quantity(cut),
      confirmed: quantity(confirmed),
      unanswered: quantity(ordered - cut - confirmed),
      arrived: quantity(purchases?.received),
      accepted: quantity((purchases?.received ?? 0n) - (purchases?.rejected ?? 0n)),
      rejected: quantity(purchases?.rejected),
      inTransit: quantity(purchases?.open),
      invoiced: quantity(purchases?.invoiced),
    },
    sales: byOrigin(orders.filter(({ type }) => type === 'sales-order')),
    purchases: byOrigin(orders.filter(({ type }) => type === 'purchase-order')),
    returned: await returnedOrders(read, tenant),
    invoices: await invoiceTotals(read, tenant),
    documents: await documentCounts(read, tenant),
    findings: await findingCounts(read, tenant),
  }
}

const quantity = (value: bigint | undefined): string => fromScaled(value ?? 0n, quantityScale)
const amount = (value: bigint): string => fromScaled(value, amountScale, 2)

type OrderSum = Awaited<ReturnType<typeof orderSums>>[number]

function byOrigin(sums: readonly OrderSum[]): OrderFigures[] {
  const names = [...new Set(sums.map(({ origin, currency }) => `${origin}\0${currency}`))].sort()
  return names.map((name) => {
    const group = sums.filter(({ origin, currency }) => `${origin}\0${currency}` === name)
    // money came and went at the order that was paid; the rest counts where its goods do
    const counted = group.filter(({ status }) => status !== 'split' && status !== 'merged')
    const count = (wanted: OrderClass) =>
      counted.filter((each) => classOf(each) === wanted).reduce((total, { orders }) => total + orders, 0)
    const total = (column: 'goods' | 'charges' | 'tax' | 'placed' | 'refunded' | 'paid', within = group) =>
      within.reduce((all, each) => all + each[column], 0n)
    const cancelled = total(
      'placed',
      counted.filter((each) => classOf(each) === 'cancelled'),
    )
    const [first] = group
    return {
      origin: first?.origin ?? '',
      currency: first?.currency ?? '',
      orders: counted.reduce((all, { orders }) => all + orders, 0),
      done: count('done'),
      open: count('open'),
      cancelled: count('cancelled'),
      goods: amount(total('goods', counted)),
      charges: amount(total('charges', counted)),
      tax: amount(total('tax', counted)),
      placed: amount(total('placed', counted)),
      cancelledTotal: amount(cancelled),
      refunded: amount(total('refunded')),
      net: amount(total('placed', counted) - cancelled - total('refunded')),
      paid: amount(total('paid')),
    }
  })
}

type OrderClass = 'done' | 'open' | 'cancelled'

function classOf({ status, fulfilment }: OrderSum): OrderClass {
  if (fulfilment === 'none' && (status === 'cancelled' || status === 'deleted')) return 'cancelled'
  return fulfilment === 'shipped' || fulfilment === 'returned' || fulfilment === 'received' ? 'done' : 'open'
}

const page = 500

async function invoiceTotals(read: Reader, tenant: string): Promise<Figures['invoices']> {
  const totals = new Map<string, { count: number; total: string }>()
  for (let after = ''; ; ) {
    const rows = await documentPage(read, tenant, 'invoice', after, page)
    for (const document of rows.map(toDocument)) {
      const { kind, currency, totals: figures } = document.body
      after = document.key
      if (document.deleted || !isPosted(document) || kind === 'credit-note' || typeof currency !== 'string') continue
      const sum = totals.get(currency) ?? { count: 0, total: '0.00' }
      totals.set(currency, {
        count: sum.count + 1,
        total: add(sum.total, isObject(figures) && typeof figures.grandTotal === 'string' ? figures.grandTotal : '0'),
      })
    }
    if (rows.length < page) break
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, sum]) => ({ currency, ...sum }))
}
