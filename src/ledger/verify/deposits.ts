import { transfersAbout } from '../../store/account.ts'
import { depositOrdersOf, depositPaymentsByReference, depositPaymentsOf, depositsOf } from '../../store/deposit.ts'
import type { Reader } from '../../store/in-list.ts'
import type { DepositOrderTable, DepositPaymentTable } from '../../store/tables-deposits.ts'
import type { TransferTable } from '../../store/tables-money.ts'
import { assemble } from '../assemble.ts'
import { orderCosts } from '../deposit/cost.ts'
import { heldNow } from '../deposit/held.ts'
import { orderNeed } from '../deposit/order-need.ts'
import { concerns, exact, whyOf } from '../deposit/orders.ts'
import { isDepositPayment, judgeTwins, payerOf, paymentRow } from '../deposit/payments.ts'
import { orderFigures } from '../order-figures.ts'
import { referencesIn } from '../references.ts'
import { documentName, externalsOf, loadDocuments, loadLinks, openShelf, refIn } from '../shelf.ts'
import type { Check, Difference } from './check.ts'

export const text = (row: object): string => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))
export function differing(table: string, of: Difference['of'], key: string, stored: object, computed: object): Difference[] {
  const [was, is] = [text(stored), text(computed)]
  return was === is ? [] : [{ table, key, stored: was, computed: is, of }]
}

/** What transfers about one document sum to, by kind: what took one back is subtracted. `given`: refunded by commands. `posts`: those that documents made. */
export function netOf(
  transfers: readonly TransferTable[],
): Readonly<Record<'frozen' | 'captured' | 'refunded' | 'paid' | 'given', bigint>> & { readonly posts: number } {
  const made = transfers.filter(({ key }) => !key.startsWith(changeMark))
  const sum = (forth: string, back: string, of: readonly TransferTable[] = made) =>
    of.reduce((all, { kind, amount }) => all + (kind === forth ? BigInt(amount) : kind === back ? -BigInt(amount) : 0n), 0n)
  return {
    frozen: sum('freeze', 'release'),
    captured: sum('capture', 'capture-reversed'),
    refunded: sum('refund', 'refund-reversed'),
    paid: sum('top-up', 'top-up-reversed') - sum('withdraw', 'withdraw-reversed'),
    given: sum('refund', 'refund-reversed', transfers) - sum('refund', 'refund-reversed'),
    posts: made.length,
  }
}
export const isOfDeposit = ({ key }: Pick<TransferTable, 'key'>): boolean => key.startsWith('deposit/')
/** Keys of transfers that a command made begin with it. */
const changeMark = 'deposit/change/'

/** Transfers of deposits about documents of one type, by their keys. */
export const postedAbout = async (
  read: Reader,
  tenant: string,
  type: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly TransferTable[]>> =>
  Map.groupBy((await transfersAbout(read, tenant, type, keys)).filter(isOfDeposit), (row) => row.ref_key ?? '')

/** Orders of merchants with a deposit: what they cost, what of it is frozen, captured and given back, beside the documents and beside what was posted. */
export async function checkDepositOrders(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const rows = new Map((await depositOrdersOf(read, tenant, keys)).map((row) => [row.key, exact(row)]))
  const cases = await assemble(
    openShelf(read, tenant),
    keys.map((key) => ({ type: 'sales-order', key })),
  )
  const orders = [...cases.values()].map((orderCase) => ({
    orderCase,
    lines: orderFigures(orderCase).lines,
    seller: orderCase.keyOf(refIn(orderCase.order.body.seller)) ?? '',
    former: '',
  }))
  const deposits = Map.groupBy(
    await depositsOf(
      read,
      tenant,
      orders.map(({ seller }) => seller),
    ),
    ({ party }) => party,
  )
  const meant = orders.filter((one) => {
    const own = deposits.get(one.seller) ?? []
    return rows.has(one.orderCase.order.key) ? own.length > 0 && !one.orderCase.order.baseline : concerns(one, own)
  })
  const costs = await orderCosts(read, tenant, meant)
  const documents = meant.map(({ orderCase }) => orderCase.order)
  const held = await heldNow(read, tenant, documents)
  const posted = await postedAbout(read, tenant, 'sales-order', keys)
  const known = new Map(meant.map((one) => [one.orderCase.order.key, one]))
  return {
    checked: rows.size === 0 ? {} : { deposit_order: rows.size },
    differences: keys.flatMap((key): Difference[] => {
      const row = rows.get(key)
      const one = known.get(key)
      const cost = costs.get(key)
      const net = netOf(posted.get(key) ?? [])
      const of = { type: 'sales-order', key }
      if (one === undefined || cost === undefined) {
        if (row === undefined) return []
        const gone = net.posts === 0 && net.given === 0n && !cases.has(documentName(of))
        const nothing = { ...row, need: 0n, why: '' as const, frozen: 0n, captured: 0n, refunded: 0n, given: net.given, posts: net.posts }
        return gone
          ? [{ table: 'deposit_order', key, stored: text(row), computed: null, of }]
          : differing('deposit_order', of, key, row, nothing)
      }
      const need = orderNeed(one.orderCase, one.lines, cost)
      const own = deposits.get(one.seller) ?? []
      const deposit = own.find(({ currency }) => currency === need.currency)
      const asked = least(need.refunded, need.captured - net.given)
      const frozen = most(least(net.frozen, need.need), need.captured)
      const why =
        deposit === undefined && need.need > 0n ? 'currency' : whyOf({ need: need.need, frozen }, { why: need.why, held: held.has(key) })
      const computed: DepositOrderTable = {
        ...row,
        ...{ tenant, key, party: one.seller, owner: deposit?.owner ?? own[0]?.owner ?? '', currency: need.currency },
        ...{ placed_at: one.orderCase.order.placedAt ?? 0, need: need.need, frozen, captured: need.captured },
        ...{ refunded: asked > 0n ? asked : 0n, given: net.given, why: why || (need.need > frozen ? 'funds' : ''), posts: net.posts },
      }
      if (row === undefined) return [{ table: 'deposit_order', key, stored: null, computed: text(computed), of }]
      const isPosted = net.captured === computed.captured && net.refunded === computed.refunded
      return differing('deposit_order', of, key, row, { ...computed, ...(isPosted ? {} : { posted: net }) })
    }),
  }
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** Payments into and out of deposits beside their documents and what was posted. */
export async function checkDepositPayments(read: Reader, tenant: string, keys: readonly string[]): Promise<Check> {
  const rows = new Map((await depositPaymentsOf(read, tenant, keys)).map((row) => [row.key, row]))
  const twins = await depositPaymentsByReference(
    read,
    tenant,
    [...rows.values()].flatMap(({ reference }) => (reference === '' ? [] : [reference])),
  )
  const all = new Set([...keys, ...twins.map(({ key }) => key)])
  const shelf = openShelf(read, tenant)
  await loadDocuments(
    shelf,
    [...all].map((key) => ({ type: 'payment', key })),
  )
  const documents = [...all].flatMap((key) => shelf.documents.get(documentName({ type: 'payment', key })) ?? []).filter(isDepositPayment)
  await loadLinks(shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  const deposits = await depositsOf(
    read,
    tenant,
    documents.flatMap((one) => payerOf(shelf, one) ?? []),
  )
  const meant = new Map(judgeTwins(documents.flatMap((one) => paymentRow(shelf, one, deposits) ?? [])).map((row) => [row.key, row]))
  const posted = await postedAbout(read, tenant, 'payment', keys)
  const asText = (row: DepositPaymentTable) => ({ ...row, amount: BigInt(row.amount), posted: BigInt(row.posted) })
  return {
    checked: rows.size === 0 ? {} : { deposit_payment: rows.size },
    differences: keys.flatMap((key): Difference[] => {
      const row = rows.get(key)
      const said = meant.get(key)
      const net = netOf(posted.get(key) ?? [])
      const of = { type: 'payment', key }
      if (row === undefined) {
        // what was paid out before there was a deposit has no row
        if (said === undefined || BigInt(said.amount) < 0n) return []
        return [{ table: 'deposit_payment', key, stored: null, computed: text(said), of }]
      }
      if (said === undefined && net.posts === 0 && shelf.documents.get(documentName(of)) === undefined)
        return [{ table: 'deposit_payment', key, stored: text(row), computed: null, of }]
      const { twin: _, ...now } = said ?? { ...row, state: 'void' as const, amount: 0n, twin: undefined }
      const computed = { ...row, ...now, posted: now.state === 'counted' ? BigInt(now.amount) : 0n, posts: net.posts }
      return differing('deposit_payment', of, key, asText(row), {
        ...asText(computed),
        ...(net.paid === computed.posted ? {} : { net: net.paid }),
      })
    }),
  }
}
