import { isZero } from '../../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Meant } from '../money/post-meant.ts'
import { documentName, keyOf, listOf, refIn, type Shelf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { dateOf, held, nothingOwed, type Owed, postable } from './owed.ts'
import type { OwnerOf } from './receipt-owed.ts'

/** Parties and orders of a payment must have been loaded, and links of its references. */
export interface PaymentCase {
  readonly shelf: Shelf
  readonly payment: LedgerDocument
  readonly ownerOf: OwnerOf
}

/** Kinds of payments that concern the account of a supplier. */
const kinds: ReadonlySet<Json | undefined> = new Set(['payment', 'prepayment', 'refund', 'fee'])

/** Whether a payment may be one of a supplier, by what it says itself: what pays sales orders alone never is. */
export const mayConcernSupplier = ({ type, body }: Pick<LedgerDocument, 'type' | 'body'>): boolean =>
  type === 'payment' &&
  kinds.has(body.kind) &&
  (paidTypes(body).some((paid) => paid !== 'sales-order' && paid !== 'refund') ||
    (paidTypes(body).length === 0 && (refIn(body.payee) !== undefined || refIn(body.payer) !== undefined)))

const paidTypes = ({ allocations }: JsonObject): readonly unknown[] =>
  listOf(allocations).flatMap(({ ref }) => (isObject(ref) ? [ref.type] : []))

/** Payments, prepayments (预付款) and fees (费用) of a supplier. A fee is no money that moves: who pays it owes it. */
export function paymentOwed({ shelf, payment, ownerOf }: PaymentCase): Owed {
  const { body, status, key, type } = payment
  const isThere = status === 'captured' || status === 'settled' || (status === null && body.paidAt !== undefined)
  if (payment.deleted || payment.baseline || !isThere || !mayConcernSupplier(payment)) return nothingOwed
  const { suppliers, owner } = sidesOf(shelf, payment, ownerOf)
  const [party, ...others] = suppliers
  if (party === undefined) return nothingOwed
  const currency = textOf(body.currency) ?? ''
  const stop = (reason: string): Owed => ({
    ...nothingOwed,
    notes: [held(payment, '', { reason, supplier: suppliers.join(', '), amount: textOf(body.amount) ?? '', currency })],
  })
  if (others.length > 0) return stop('several-suppliers')
  const [payer, payee] = [keyOf(shelf, refIn(body.payer)), keyOf(shelf, refIn(body.payee))]
  if (body.kind === 'fee' && payer !== party && payee !== party) return stop('no-side')
  const amount = postable(body.amount, currency)
  if (amount === undefined) return stop('no-amount')
  const businessDate = dateOf(payment)
  if (businessDate === undefined) return stop('no-date')
  if (isZero(amount)) return nothingOwed
  const comesIn = body.kind === 'refund' ? payee !== party : payer === party
  const account = { party, kind: body.kind === 'prepayment' ? 'prepayment' : 'payable' }
  const other = { party: '', kind: body.kind === 'fee' ? 'fees' : 'bank' }
  // a supplier that pays a fee owes it; one that pays money back is paid for more
  const takesOff = body.kind === 'fee' ? payer === party : !comesIn
  const kind = body.kind === 'payment' || body.kind === 'refund' ? (comesIn ? 'refund' : 'payment') : String(body.kind)
  const meant: Meant = {
    ...{ book: 'payable', owner, currency, amount, kind, businessDate },
    ...(takesOff ? { debit: account, credit: other } : { debit: other, credit: account }),
    ref: { type, key },
  }
  return { meant: [meant], items: [], notes: [] }
}

/** Suppliers that a payment is with: those of the purchases and invoices it pays, else the side that is a supplier; and whose books it is in. */
function sidesOf(
  shelf: Shelf,
  payment: LedgerDocument,
  ownerOf: OwnerOf,
): { readonly suppliers: readonly string[]; readonly owner: string } {
  const { body } = payment
  const owners: (string | undefined)[] = []
  const named = listOf(body.allocations).flatMap(({ ref }): string[] => {
    const key = isObject(ref) ? keyOf(shelf, ref) : undefined
    const paid = isObject(ref) && key !== undefined ? shelf.documents.get(documentName({ type: String(ref.type), key })) : undefined
    if (paid === undefined) return []
    if (paid.type === 'purchase-order') {
      owners.push(ownerOf(paid))
      const seller = keyOf(shelf, refIn(paid.body.seller))
      return seller === undefined ? [] : [seller]
    }
    const issuer = paid.type === 'invoice' ? keyOf(shelf, refIn(paid.body.issuer)) : undefined
    if (!isSupplier(shelf, issuer)) return []
    owners.push(keyOf(shelf, refIn(paid.body.recipient)))
    return [issuer]
  })
  const sides = [keyOf(shelf, refIn(body.payee)), keyOf(shelf, refIn(body.payer))]
  const paysStatement = listOf(body.allocations).some(({ ref }) => isObject(ref) && ref.type === 'statement')
  const known = sides.filter((side, place) => isSupplier(shelf, side) || (paysStatement && place === 0 && side !== undefined))
  const suppliers = [...new Set(named.length > 0 ? named : known.slice(0, 1))]
  const other = sides.find((side) => side !== undefined && !suppliers.includes(side))
  return { suppliers, owner: owners.find((one) => one !== undefined) ?? other ?? ownerOf(payment) }
}

function isSupplier(shelf: Shelf, party: string | undefined): party is string {
  if (party === undefined) return false
  const { roles } = shelf.documents.get(documentName({ type: 'party', key: party }))?.body ?? {}
  return Array.isArray(roles) && roles.includes('supplier')
}

/** Names of documents that {@link paymentOwed} asks the shelf for. */
export function namedByPayment(shelf: Shelf, { body }: LedgerDocument): readonly { readonly type: string; readonly key: string }[] {
  const paid = listOf(body.allocations).flatMap(({ ref }) => {
    const key = isObject(ref) ? keyOf(shelf, ref) : undefined
    return isObject(ref) && key !== undefined && (ref.type === 'purchase-order' || ref.type === 'invoice')
      ? [{ type: String(ref.type), key }]
      : []
  })
  const parties = [body.payee, body.payer].flatMap((side) => keyOf(shelf, refIn(side)) ?? []).map((key) => ({ type: 'party', key }))
  return [...paid, ...parties]
}
