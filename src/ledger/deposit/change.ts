import { amountScale, currencyDigits, DecimalError, isDecimal, toScaled } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { hubOrigin } from '../../model/hub-origin.ts'
import { sha256 } from '../../model/id.ts'
import { canonicalJson, type JsonObject } from '../../model/json.ts'
import { depositOrdersOf, depositsOf, saveDepositOrders } from '../../store/deposit.ts'
import { versionsOf } from '../../store/document.ts'
import { holdNames } from '../../store/hold.ts'
import type { DepositTable } from '../../store/tables-deposits.ts'
import { authorDocument, type Fits } from '../author.ts'
import { type Author, readAfresh } from '../books.ts'
import { amountText } from '../money/account.ts'
import { fetchDocument, keyOf, textOf } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { exact } from './orders.ts'
import { changeType } from './terms.ts'
import { type DepositName, move, openTills, settleTills, tillOf, type Way } from './till.ts'

export const changeKinds = ['terms', 'credit-line', 'adjustment', 'refund', 'withdrawal'] as const
export type ChangeKind = (typeof changeKinds)[number]
/** What holds once another person approved it; the others hold at once. */
const checked: ReadonlySet<ChangeKind> = new Set(['credit-line', 'adjustment'])

export interface ChangeWish {
  /** its key is `hub/<number>`; what comes again under it changes nothing */
  readonly number: string
  readonly kind: ChangeKind
  /** key of the party */
  readonly merchant: string
  readonly currency: string
  readonly amount?: string
  readonly lowBelow?: string
  /** key of the sales order that a refund is of */
  readonly order?: string
  readonly reference?: string
  readonly validFrom?: string
  readonly validTo?: string
  /** key of our own party */
  readonly owner?: string
  readonly author: Author & { readonly why: string }
}

/**
 * A decision about a deposit: terms, a refund and a withdrawal hold at once, an adjustment and a credit line when another person approves them ({@link decideChange}). The same under its number again answers what it did.
 * @throws HubError (reject) `no-such-party`, `no-deposit`, `no-amount`, `number-taken`, `days-reversed`, `over-refunded` and `not-enough-money` with the arithmetic, and those of authorDocument
 */
export async function changeDeposit(books: Books, wish: ChangeWish, fits: Fits): Promise<LedgerDocument> {
  const { number, kind, merchant, currency, amount, author } = wish
  await holdDeposit(books, merchant)
  await wantMerchant(books, merchant)
  const deposit = kind === 'terms' ? undefined : await depositIn(books, merchant, currency)
  wantAmount(wish)
  if (wish.validTo !== undefined && wish.validTo < (wish.validFrom ?? ''))
    throw reject('days-reversed', `${kind} ${number} ends on ${wish.validTo}, before it begins on ${wish.validFrom}`)
  const key = `${hubOrigin}/${number}`
  const atOnce = !checked.has(kind)
  const asked: JsonObject = {
    number,
    kind,
    party: { type: 'party', key: merchant },
    currency,
    reason: author.why,
    ...(amount === undefined ? {} : { amount }),
    ...(wish.lowBelow === undefined ? {} : { lowBelow: wish.lowBelow }),
    ...(wish.order === undefined ? {} : { order: { type: 'sales-order', key: wish.order } }),
    ...(wish.reference === undefined ? {} : { reference: wish.reference }),
    ...(wish.validFrom === undefined ? {} : { validFrom: wish.validFrom }),
    ...(wish.validTo === undefined ? {} : { validTo: wish.validTo }),
    ...(wish.owner === undefined ? {} : { owner: { type: 'party', key: wish.owner } }),
  }
  const before = await sameAgain(books, changeType, key, asked)
  if (before !== undefined) return before
  const decided = atOnce ? { decidedBy: author.actor, decidedAt: new Date(books.now).toISOString() } : {}
  const body = { ...asked, status: atOnce ? 'approved' : 'proposed', ...decided }
  const made = await authorDocument(books, { type: changeType, key, body, author, seen: 0 }, fits, async () => undefined)
  if (deposit !== undefined && atOnce) await postChange(books, made, deposit, author)
  return made
}

export interface Deciding {
  readonly key: string
  readonly to: 'approved' | 'rejected'
  readonly author: Author
  /** the workspace lets people approve what they wrote themselves */
  readonly ownApproval: boolean
}

/**
 * Approves or rejects what somebody else proposed: maker and checker. What is approved already answers the same again.
 * @throws HubError (reject) `unknown-change`, `own-approval`, `illegal-transition`, `not-enough-money` with the arithmetic
 */
export async function decideChange(books: Books, { key, to, author, ownApproval }: Deciding, fits: Fits): Promise<LedgerDocument> {
  const found = await fetchDocument(books.data.shelf, changeType, key)
  const merchant = found && keyOf(books.data.shelf, found.body.party)
  if (found === undefined || merchant === undefined) throw reject('unknown-change', `there is no ${changeType} '${key}'`)
  await holdDeposit(books, merchant)
  const current = (await fetchDocument(books.data.shelf, changeType, key)) ?? found
  if (current.status === to) return current
  const writers = new Set((await versionsOf(books.tx, books.tenant, changeType, key, 0, 100)).flatMap(({ actor }) => actor ?? []))
  if (!ownApproval && to === 'approved' && writers.has(author.actor))
    throw reject('own-approval', `${key} was proposed with this key: another person has to approve it (maker and checker)`)
  const body = { ...current.body, status: to, decidedBy: author.actor, decidedAt: new Date(books.now).toISOString() }
  const made = await authorDocument(books, { type: changeType, key, body, author }, fits, async () => undefined)
  if (to === 'approved') await postChange(books, made, await depositIn(books, merchant, textOf(made.body.currency) ?? ''), author)
  return made
}

async function postChange(books: Books, { key, body }: LedgerDocument, deposit: DepositName, author: Author): Promise<void> {
  const { party, currency, owner } = deposit
  books.data.deposits.parties.add(party)
  const amount = toScaled(textOf(body.amount) ?? '0', amountScale)
  const order = keyOf(books.data.shelf, body.order)
  const ways: Readonly<Partial<Record<string, Way>>> = {
    adjustment: amount < 0n ? 'adjust-out' : 'adjust-in',
    refund: 'refund',
    withdrawal: 'withdraw',
  }
  const way = ways[String(body.kind)]
  if (way === undefined) return
  if (way === 'refund') await giveBack(books, order ?? '', deposit, amount)
  const tills = await openTills(books, [{ party, currency, owner }])
  move(books, tillOf(tills, deposit), {
    ...{ way, amount: amount < 0n ? -amount : amount, key: `deposit/change/${sha256(key).slice(0, 40)}`, author, forced: false },
    ref: way === 'refund' && order !== undefined ? { type: 'sales-order', key: order } : { type: changeType, key },
    businessDate: new Date(books.now).toISOString().slice(0, 10),
  })
  await settleTills(books, tills.values())
}

/** No more is given back of an order than was taken for it. */
async function giveBack({ tx, tenant }: Books, order: string, { party, currency }: DepositName, amount: bigint): Promise<void> {
  const row = (await depositOrdersOf(tx, tenant, [order])).find((one) => one.party === party && one.currency === currency)
  if (row === undefined)
    throw reject('unknown-order', `nothing was taken from the deposit of ${party} in ${currency} for sales order '${order}'`)
  const { captured, refunded, given } = exact(row)
  const [taken, back] = [BigInt(captured), BigInt(refunded) + BigInt(given)]
  if (amount > taken - back)
    throw reject(
      'over-refunded',
      `${amountText(amount)} of sales order ${order} is to be given back: ${amountText(taken)} was taken, ${amountText(back)} given back already, ${amountText(taken - back)} is left`,
    )
  await saveDepositOrders(tx, [{ ...exact(row), given: BigInt(given) + amount }])
}

export async function holdDeposit(books: Books, merchant: string): Promise<void> {
  await holdNames(books.tx, books.tenant, [`deposit:${merchant}`])
  readAfresh(books)
}

export async function wantMerchant({ data: { shelf } }: Books, merchant: string): Promise<LedgerDocument> {
  const party = await fetchDocument(shelf, 'party', merchant)
  const roles = party?.body.roles
  if (party === undefined || party.deleted || !Array.isArray(roles) || !roles.includes('merchant'))
    throw reject('no-such-party', `there is no party '${merchant}' with the role 'merchant' in the ledger`)
  return party
}

export async function depositIn({ tx, tenant }: Books, merchant: string, currency: string): Promise<DepositTable> {
  const rows = await depositsOf(tx, tenant, [merchant])
  const found = rows.find((row) => row.currency === currency)
  if (found === undefined)
    throw reject(
      'no-deposit',
      `${merchant} has no deposit in ${currency}${rows.length === 0 ? '' : ` (it has one in ${rows.map((row) => row.currency).join(', ')})`}: its contract or \`crossdock deposits terms\` makes one`,
    )
  return found
}

/** The document that the same command made before; undefined: it is new. @throws HubError `number-taken` (reject) for another one under this number */
export async function sameAgain(
  { data: { shelf } }: Books,
  type: string,
  key: string,
  asked: JsonObject,
): Promise<LedgerDocument | undefined> {
  const before = await fetchDocument(shelf, type, key)
  if (before === undefined) return undefined
  const same = Object.entries(asked).every(([name, value]) => canonicalJson(before.body[name] ?? null) === canonicalJson(value ?? null))
  if (!same) throw reject('number-taken', `${type} ${key} is there and says something else: give what is new a number of its own`)
  return before
}

function wantAmount({ kind, amount, lowBelow, order, currency, number }: ChangeWish): void {
  const digits = currencyDigits(currency)
  if (digits === undefined) throw reject('unknown-currency', `${number}: '${currency}' is no currency of ISO 4217`)
  if (lowBelow !== undefined) scaled(number, lowBelow, digits)
  if (kind === 'terms') return
  const value = amount === undefined ? undefined : scaled(number, amount, digits)
  if (kind === 'refund' && order === undefined) throw reject('unknown-order', `${number}: say which order the refund is of`)
  const fits = value !== undefined && (kind === 'adjustment' ? value !== 0n : kind === 'credit-line' ? value >= 0n : value > 0n)
  if (!fits)
    throw reject(
      'no-amount',
      `${number}: a ${kind} needs an amount${kind === 'adjustment' ? ' other than 0' : kind === 'credit-line' ? ' of 0 or more' : ' above 0'}`,
    )
}

function scaled(number: string, text: string, digits: number): bigint {
  const fault = () => reject('no-amount', `${number}: '${text}' is no amount with at most ${digits} decimals`)
  if (!isDecimal(text)) throw fault()
  try {
    toScaled(text, Math.min(digits, amountScale))
    return toScaled(text, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) throw fault()
    throw error
  }
}
