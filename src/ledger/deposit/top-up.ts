import { reject } from '../../model/errors.ts'
import { hubOrigin } from '../../model/hub-origin.ts'
import type { JsonObject } from '../../model/json.ts'
import { depositPaymentsByReference } from '../../store/deposit.ts'
import { holdNames } from '../../store/hold.ts'
import { authorDocument, type Fits } from '../author.ts'
import type { Author } from '../books.ts'
import { amountText } from '../money/account.ts'
import { textOf } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { depositIn, holdDeposit, sameAgain, wantMerchant } from './change.ts'

export interface TopUp {
  /** its key is `hub/<number>`; what comes again under it changes nothing */
  readonly number: string
  readonly merchant: string
  readonly currency: string
  /** positive */
  readonly amount: string
  /** the provider's number: a payment that a connection brings with it is the same one */
  readonly reference?: string
  /** RFC 3339; now when left out */
  readonly paidAt?: string
  readonly method?: string
  readonly author: Author & { readonly why: string }
}

/**
 * Writes down that money came for a deposit, as a payment of the hub itself; it is on the account, and orders that waited for it may go, in the same unit of work.
 * @throws HubError (reject) `no-such-party`, `no-deposit`, `no-amount`, `number-taken`, `payment-known` for a reference that counts already, and those of authorDocument
 */
export async function topUpDeposit(books: Books, wish: TopUp, fits: Fits): Promise<LedgerDocument> {
  const { number, merchant, currency, amount, reference, paidAt, method, author } = wish
  await holdDeposit(books, merchant)
  const party = await wantMerchant(books, merchant)
  const deposit = await depositIn(books, merchant, currency)
  if (!/^\d{1,14}(\.\d{1,4})?$/.test(amount) || /^[0.]+$/.test(amount))
    throw reject('no-amount', `${number}: a top-up needs an amount above 0`)
  const asked: JsonObject = {
    ...{ number, kind: 'top-up', amount, currency, note: author.why },
    payer: { ref: { type: 'party', key: merchant }, name: textOf(party.body.name) ?? merchant },
    payee: { ref: { type: 'party', key: deposit.owner }, name: deposit.owner },
    ...(reference === undefined ? {} : { reference }),
    ...(method === undefined ? {} : { method }),
    ...(paidAt === undefined ? {} : { paidAt }),
  }
  const key = `${hubOrigin}/${number}`
  const before = await sameAgain(books, 'payment', key, asked)
  if (before !== undefined) return before
  await wantNew(books, wish)
  const body = { paidAt: new Date(books.now).toISOString(), ...asked, status: 'captured' }
  return authorDocument(books, { type: 'payment', key, body, author, seen: 0 }, fits)
}

/** A payment that the hub knows by its reference is not written down once more. */
async function wantNew({ tx, tenant }: Books, { merchant, currency, reference }: TopUp): Promise<void> {
  if (reference === undefined) return
  const name = keyText(reference)
  await holdNames(tx, tenant, [`deposit-payment:${name}`])
  const [known] = (await depositPaymentsByReference(tx, tenant, [name])).filter(
    (row) => row.party === merchant && row.currency === currency && row.state === 'counted',
  )
  if (known !== undefined)
    throw reject(
      'payment-known',
      `payment ${known.key} has the reference ${reference} and counts already, with ${amountText(BigInt(known.amount))} ${currency}`,
    )
}
