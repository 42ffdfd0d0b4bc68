import { isHubError, recoveryOf, reject } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import { pricesAt } from '../../store/price.ts'
import { authorDocument, type Fits } from '../author.ts'
import type { Author } from '../books.ts'
import { documentName, loadDocuments, loadIdentifiers } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { priceType } from './entry.ts'

/** A price of the hub's own: all steps of a product in a list. */
export interface PriceWish {
  readonly list: string
  readonly kind: string
  /** key of a product, or its SKU */
  readonly product: string
  readonly currency: string
  readonly taxBasis: string
  readonly zone?: string
  readonly status?: 'active' | 'withdrawn'
  readonly steps: readonly JsonObject[]
}

/** Keys of products by what they were asked for by: their key, else their SKU. What is neither is left out. */
export async function productKeys({ data: { shelf } }: Books, asked: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(asked)]
  const bySku = (value: string) => ({ type: 'product', scheme: 'sku', value })
  await loadDocuments(
    shelf,
    wanted.map((key) => ({ type: 'product', key })),
  )
  const isKey = (key: string) => shelf.documents.get(documentName({ type: 'product', key })) !== undefined
  const others = wanted.filter((one) => !isKey(one))
  await loadIdentifiers(shelf, others.map(bySku))
  const sku = (one: string) => shelf.identifiers.get(`product\0sku\0${one}`)
  return new Map(wanted.flatMap((one) => (isKey(one) ? [[one, one]] : sku(one) === undefined ? [] : [[one, sku(one) as string]])))
}

/**
 * Makes a price of the hub, or its next version; what it does not say of its steps is gone. The document of a list, product and currency is found again, whatever its key is.
 * @throws HubError (reject) `no-such-product`, and what authorDocument and checkPrice throw
 */
export async function putPrice(
  books: Books,
  wish: PriceWish,
  { author, seen }: { readonly author: Author; readonly seen?: number },
  fits: Fits,
): Promise<LedgerDocument> {
  const product = (await productKeys(books, [wish.product])).get(wish.product)
  if (product === undefined) throw reject('no-such-product', `there is no product with the key or SKU '${wish.product}'`)
  const { list, currency, kind, taxBasis, zone, steps, status } = wish
  const there = (await pricesAt(books.tx, books.tenant, keyText(list), product)).filter((row) => row.currency === currency)
  const key = there.find((row) => row.status === 'active')?.key ?? there[0]?.key ?? keyText(`hub/${list}/${product}/${currency}`)
  const body = {
    list,
    kind,
    product: { ref: { type: 'product', key: product } },
    currency,
    taxBasis,
    status: status ?? 'active',
    ...(zone === undefined ? {} : { zone }),
    steps,
  }
  return authorDocument(books, { type: priceType, key, body, author, ...(seen === undefined ? {} : { seen }) }, fits)
}

export type PriceOutcome =
  | { readonly outcome: 'made' | 'kept' | 'changed'; readonly key: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }

/** Puts many prices; one that is refused leaves the others alone. */
export async function putPrices(books: Books, wishes: readonly PriceWish[], author: Author, fits: Fits): Promise<readonly PriceOutcome[]> {
  await productKeys(
    books,
    wishes.map(({ product }) => product),
  )
  const outcomes: PriceOutcome[] = []
  for (const wish of wishes) outcomes.push(await outcomeOf(books, () => putPrice(books, wish, { author }, fits)))
  return outcomes
}

async function outcomeOf({ data }: Books, put: () => Promise<LedgerDocument>): Promise<PriceOutcome> {
  try {
    const { key, version, ...made } = await put()
    const draft = data.drafts.get(documentName({ ...made, key }))
    return { outcome: draft === undefined ? 'kept' : version === 1 ? 'made' : 'changed', key }
  } catch (error) {
    if (!isHubError(error) || recoveryOf(error) !== 'reject') throw error
    return { outcome: 'refused', code: error.detail.code, message: error.message }
  }
}
