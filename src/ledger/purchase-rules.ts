import { compare, fromScaled, isDecimal, quantityScale } from '../model/decimal.ts'
import { reject } from '../model/errors.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import { twinLine } from '../model/line-keys.ts'
import type { OrderLineTable } from '../store/tables.ts'
import { demandFooting } from './order-amounts.ts'
import { type CaseLine, caseLines, type OrderCase } from './order-case.ts'
import { listOf, refIn } from './shelf.ts'

export const quantityText = (value: bigint): string => fromScaled(value, quantityScale)

/**
 * What an order of the hub has to hold to before it is written. `orderCase`: the order as it is to be, with its products loaded.
 * @throws HubError (reject) `line-twice`, `not-positive`, `unknown-product`, `unknown-unit`, `unknown-currency`, `does-not-foot`
 */
export function demandOrder(name: string, orderCase: OrderCase): void {
  const { body } = orderCase.order
  const twin = twinLine('purchase-order', body)
  if (twin !== undefined) throw reject('line-twice', `${name}: ${twin.path} ${twin.message}`)
  for (const line of caseLines(orderCase)) {
    if (!isPositive(line.line.quantity))
      throw reject(
        'not-positive',
        `${name}: line ${numberOf(line)} orders ${String(line.line.quantity)}: a quantity is above zero; cancel a line by its status`,
      )
    const product = refIn(line.line.product)
    if (typeof product?.key === 'string' && orderCase.product(product.key) === undefined)
      throw reject('unknown-product', `${name}: line ${numberOf(line)} names product ${product.key}, which the ledger does not have`)
    if (line.unknownUnit || line.unit === 'unknown')
      throw reject(
        'unknown-unit',
        `${name}: line ${numberOf(line)} is in ${line.unit}, which is neither the base unit of its product nor one of its packs`,
      )
  }
  demandFooting(name, body)
}

/**
 * An amendment takes back nothing that was received, and nothing that the seller confirmed.
 * @throws HubError (reject) `below-received`, `below-confirmed`, `already-received`, `line-fixed`, each with its arithmetic
 */
export function demandAmendable(name: string, before: OrderCase, figures: readonly OrderLineTable[], after: OrderCase): void {
  const rows = new Map(figures.map((row) => [row.line, row]))
  const old = new Map(listOf(before.order.body.lines).map((line) => [line.key, line]))
  for (const line of caseLines(after)) {
    const row = rows.get(line.key)
    const was = old.get(line.key)
    if (row === undefined || was === undefined) continue
    const [received, confirmed] = [BigInt(row.received), BigInt(row.confirmed)]
    const moved = (['product', 'unit'] as const).find((field) => !same(was[field], line.line[field]))
    if (moved !== undefined && (received > 0n || confirmed > 0n))
      throw reject(
        'line-fixed',
        `${name}: line ${numberOf(line)} keeps its ${moved}: ${quantityText(confirmed)} were confirmed and ${quantityText(received)} received; cancel the line and add another`,
      )
    if (line.line.status === 'cancelled') {
      if (was.status !== 'cancelled' && received > 0n) throw receivedAlready(`${name}: line ${numberOf(line)}`, received)
      continue
    }
    if (same(was.quantity, line.line.quantity)) continue
    const below = (code: string, what: string, figure: bigint) =>
      reject(
        code,
        `${name}: line ${numberOf(line)} would order ${quantityText(line.quantity)}, and ${quantityText(figure)} were ${what}: ${quantityText(figure - line.quantity)} too few, in base units`,
      )
    if (line.quantity < received) throw below('below-received', 'received', received)
    if (line.quantity < confirmed) throw below('below-confirmed', 'confirmed by the seller, who has to answer first', confirmed)
  }
}

/** @throws HubError (reject) `already-received` when goods came for any line */
export function demandNothingReceived(name: string, figures: readonly OrderLineTable[]): void {
  const received = figures.reduce((total, row) => total + BigInt(row.received), 0n)
  if (received > 0n) throw receivedAlready(name, received)
}

const receivedAlready = (what: string, received: bigint) =>
  reject('already-received', `${what} is not cancelled: ${quantityText(received)} were received; amend it to what came, or close it`)

export const numberOf = ({ line, key }: CaseLine): string => (typeof line.number === 'string' ? line.number : key)
const same = (a: Json | undefined, b: Json | undefined): boolean => canonicalJson(a) === canonicalJson(b)

export const isPositive = (value: Json | undefined): boolean => typeof value === 'string' && isDecimal(value) && compare(value, '0') > 0
