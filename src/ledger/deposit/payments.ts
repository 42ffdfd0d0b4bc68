import { hubOrigin } from '../../model/hub-origin.ts'
import { sha256 } from '../../model/id.ts'
import { depositPaymentsByReference, depositPaymentsOf, saveDepositPayments } from '../../store/deposit.ts'
import { holdNames } from '../../store/hold.ts'
import type { DepositPaymentTable, DepositTable } from '../../store/tables-deposits.ts'
import { judge, note } from '../findings.ts'
import { amountText } from '../money/account.ts'
import { money } from '../order-state.ts'
import { differs } from '../rows.ts'
import { keyOf, refIn, type Shelf, textOf } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { usualOwner } from './terms.ts'
import { type DepositName, move, type Till, tillOf } from './till.ts'

/** Findings of payments into and out of deposits. */
export const paymentCodes: ReadonlySet<string> = new Set(['deposit-unknown', 'payment-twice', 'deposit-currency'])

/** Kinds of payments that go into a deposit, and out of one. */
export const isDepositPayment = ({ type, body }: Pick<LedgerDocument, 'type' | 'body'>): boolean =>
  type === 'payment' && (body.kind === 'top-up' || body.kind === 'payout')

/** The merchant a payment is of; undefined: it names none, or goes to nobody of ours. Links of its references must have been loaded. */
export const payerOf = (shelf: Shelf, { body }: LedgerDocument): string | undefined =>
  keyOf(shelf, refIn(body.kind === 'top-up' ? body.payer : body.payee))

const isThere = ({ status, deleted, body }: LedgerDocument): boolean =>
  !deleted && (status === 'captured' || status === 'settled' || (status === null && body.paidAt !== undefined))

type PaymentRow = Omit<DepositPaymentTable, 'posted' | 'posts'>

/** What a payment says, whatever others say. undefined: it has nothing to do with a deposit. */
export function paymentRow(shelf: Shelf, document: LedgerDocument, deposits: readonly DepositTable[]): PaymentRow | undefined {
  const { key, body } = document
  const party = payerOf(shelf, document)
  const own = deposits.filter((row) => row.party === party)
  // money that leaves us is of a deposit only where there is one
  if (!isDepositPayment(document) || (body.kind === 'payout' && own.length === 0)) return undefined
  const currency = textOf(body.currency) ?? ''
  const amount = money(body.amount)
  return {
    ...{ tenant: shelf.tenant, key, party: party ?? '', currency, reference: keyText(textOf(body.reference) ?? '') },
    owner: (own.find((row) => row.currency === currency) ?? own[0])?.owner ?? usualOwner,
    amount: body.kind === 'top-up' ? amount : -amount,
    state: own.length === 0 ? 'unknown' : isThere(document) && amount > 0n ? 'counted' : 'void',
  }
}

/** Of several payments that are one by their reference, the one that counts: a connection's goes before one that a person wrote down, then the first by its key. */
const byRank = (a: PaymentRow, b: PaymentRow): number => rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1)
const rankOf = ({ key }: PaymentRow): number => (key.startsWith(`${hubOrigin}/`) ? 1 : 0)
const sameName = ({ party, currency, reference, amount }: PaymentRow): string =>
  JSON.stringify([party, currency, reference, String(amount)])

/** States of rows that may be the same payment: of those that are there, one counts. */
export function judgeTwins(rows: readonly PaymentRow[]): readonly (PaymentRow & { readonly twin?: string })[] {
  const groups = Map.groupBy(rows, (row) =>
    row.reference === '' || row.state === 'void' || row.state === 'unknown' ? row.key : sameName(row),
  )
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = [...group].sort(byRank)
    if (first === undefined || others.length === 0) return group
    return [{ ...first, state: 'counted' as const }, ...others.map((row) => ({ ...row, state: 'twice' as const, twin: first.key }))]
  })
}

export interface PaymentPlan {
  readonly before: ReadonlyMap<string, DepositPaymentTable>
  readonly rows: readonly (PaymentRow & { readonly twin?: string })[]
}

/** What payments mean, with those that share their reference; the references stay held until the transaction ends. */
export async function planPayments(
  { tx, tenant, data }: Books,
  documents: readonly LedgerDocument[],
  deposits: readonly DepositTable[],
): Promise<PaymentPlan> {
  const own = documents.flatMap((document) => paymentRow(data.shelf, document, deposits) ?? [])
  const keys = documents.map(({ key }) => key)
  const known = await depositPaymentsOf(tx, tenant, keys)
  const references = new Set([...own, ...known].flatMap(({ reference }) => (reference === '' ? [] : [reference])))
  await holdNames(
    tx,
    tenant,
    [...references].map((reference) => `deposit-payment:${reference}`),
  )
  const stored = new Map(
    [...(await depositPaymentsByReference(tx, tenant, references)), ...(await depositPaymentsOf(tx, tenant, keys))].map((row) => [
      row.key,
      row,
    ]),
  )
  const touched = new Set(keys)
  const others = [...stored.values()]
    .filter(({ key }) => !touched.has(key))
    .map(({ posted: _, posts: __, ...row }) => ({
      ...row,
      amount: BigInt(row.amount),
      state: row.state === 'twice' ? ('counted' as const) : row.state,
    }))
  const gone = [...stored.values()]
    .filter(({ key }) => touched.has(key) && !own.some((row) => row.key === key))
    .map(({ posted: _, posts: __, ...row }) => ({ ...row, amount: 0n, state: 'void' as const }))
  return { before: stored, rows: judgeTwins([...own, ...others, ...gone]) }
}

/** Deposits that a plan posts on. */
export const tillsOfPlan = ({ before, rows }: PaymentPlan): DepositName[] => [
  ...rows.filter(({ state }) => state !== 'unknown'),
  ...[...before.values()].filter(({ state }) => state !== 'unknown'),
]

/** Makes the accounts say what payments mean now; payments are facts. */
export async function postPayments(
  books: Books,
  plan: PaymentPlan,
  tills: ReadonlyMap<string, Till>,
  { dayOf, deposits }: { readonly dayOf: (owner: string, ms: number) => string; readonly deposits: readonly DepositTable[] },
): Promise<void> {
  const rows: DepositPaymentTable[] = []
  for (const { twin, ...row } of plan.rows) {
    const before = plan.before.get(row.key)
    let posts = before?.posts ?? 0
    const document = books.data.shelf.documents.get(`payment\0${row.key}`)
    const paidAt = Date.parse(textOf(document?.body.paidAt) ?? '')
    const post = (name: DepositName, from: bigint, to: bigint) => {
      if (from === to) return
      const more = to > from
      const inward = from > 0n || to > 0n
      const way = inward ? (more ? 'top-up' : 'top-up-reversed') : more ? 'withdraw-reversed' : 'withdraw'
      posts += 1
      move(books, tillOf(tills, name), {
        ...{ way, amount: more ? to - from : from - to, forced: true, ref: { type: 'payment', key: row.key } },
        key: `deposit/payment/${hashed(row.key)}/${posts}`,
        businessDate: dayOf(name.owner, Number.isNaN(paidAt) || way.endsWith('reversed') ? books.now : paidAt),
      })
    }
    const is = row.state === 'counted' ? BigInt(row.amount) : 0n
    const was = BigInt(before?.posted ?? 0)
    const moved = before !== undefined && (before.party !== row.party || before.currency !== row.currency || before.owner !== row.owner)
    // what changes its sign goes over nothing, so that each way says what it is
    const anew = before !== undefined && was !== 0n && (moved || was > 0n !== is > 0n)
    if (anew) post(before, was, 0n)
    const left = anew ? 0n : was
    if (row.state !== 'unknown') post(row, left, is)
    const next = { ...row, posted: row.state === 'unknown' ? 0n : is, posts }
    if (differs(before, next)) rows.push(next)
    tell(books, row, twin, deposits)
  }
  await saveDepositPayments(books.tx, rows)
}

function tell(books: Books, row: PaymentRow, twin: string | undefined, deposits: readonly DepositTable[]): void {
  const name = { type: 'payment', key: row.key }
  judge(books, { ...name, codes: paymentCodes })
  const amount = amountText(BigInt(row.amount) < 0n ? -BigInt(row.amount) : BigInt(row.amount))
  const { currency, party, reference } = row
  if (row.state === 'unknown')
    note(books, { ...name, code: 'deposit-unknown', path: '', detail: { ...(party === '' ? {} : { payer: party }), amount, currency } })
  if (row.state === 'twice')
    note(books, { ...name, code: 'payment-twice', path: '/reference', detail: { reference, counted: twin ?? '', amount, currency } })
  const known = deposits.filter((one) => one.party === party).map((one) => one.currency)
  if (row.state === 'counted' && !known.includes(currency))
    note(books, { ...name, code: 'deposit-currency', path: '/currency', detail: { currency, amount, deposits: known.sort() } })
}

const hashed = (key: string): string => sha256(key).slice(0, 40)
