import { isZero } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { hubOrigin } from '../../model/hub-origin.ts'
import { authorDocument, type Fits } from '../author.ts'
import type { Author } from '../books.ts'
import { documentName, loadDocuments } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { postable } from './owed.ts'

/** A fee (费用) between us and a supplier. `bearer`: who owes it. */
export interface Fee {
  readonly number: string
  readonly supplier: string
  /** party of our own */
  readonly owner: string
  readonly bearer: 'supplier' | 'us'
  readonly amount: string
  readonly currency: string
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly author: Author
}

/**
 * Writes a fee down as a document of the hub, from which the books follow.
 * @throws HubError (reject) `no-supplier`, `no-amount`, `number-taken`, and what {@link authorDocument} throws
 */
export async function chargeFee(books: Books, fee: Fee, fits: Fits): Promise<LedgerDocument> {
  const { number, supplier, owner, bearer, amount, currency, date, author } = fee
  const key = `${hubOrigin}/${number}`
  const parties = { type: 'party', key: supplier }
  await loadDocuments(books.data.shelf, [parties, { type: 'payment', key }])
  const party = books.data.shelf.documents.get(documentName(parties))
  if (party === undefined || !Array.isArray(party.body.roles) || !party.body.roles.includes('supplier'))
    throw reject('no-supplier', `there is no supplier ${supplier}`)
  if (books.data.shelf.documents.get(documentName({ type: 'payment', key })) !== undefined)
    throw reject('number-taken', `there is a payment ${key} already: give another number`)
  if (postable(amount, currency) === undefined || isZero(amount))
    throw reject('no-amount', `'${amount}' is no amount above zero in ${currency}`)
  const sides = [{ ref: parties }, { ref: { type: 'party', key: owner } }] as const
  const [payer, payee] = bearer === 'supplier' ? sides : [sides[1], sides[0]]
  const body = {
    ...{ number, kind: 'fee', status: 'captured', amount, currency, payer, payee, paidAt: `${date}T00:00:00.000Z` },
    ...(author.why === null ? {} : { note: author.why }),
  }
  return authorDocument(books, { type: 'payment', key, body, author, seen: 0 }, fits)
}
