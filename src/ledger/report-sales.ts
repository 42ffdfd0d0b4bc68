import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import { reportType } from './day-sales.ts'
import { fetchDocument } from './shelf.ts'
import { keyText } from './stock-level.ts'
import type { Books } from './types.ts'

/** What a store sold on a day, as a person reports it. */
export interface SalesReport {
  readonly location: string
  readonly date: string
  readonly currency?: string
  readonly lines: readonly {
    readonly product: string
    readonly quantity: string
    readonly returns?: string
    readonly amount?: string
    readonly unit?: string
  }[]
  readonly author: Author
}

/**
 * Makes the hub's own report of each product, or its next version: `hub/<location>/<date>/<product>`. Answers their keys.
 * @throws HubError (reject) `unknown-location`, `unknown-product`, and as authorDocument does
 */
export async function reportSales(books: Books, { location, date, currency, lines, author }: SalesReport, fits: Fits): Promise<string[]> {
  const { shelf } = books.data
  if ((await fetchDocument(shelf, 'location', location)) === undefined)
    throw reject('unknown-location', `there is no location ${location}: \`crossdock ledger list location\` shows them`)
  const keys: string[] = []
  for (const { product, ...figures } of lines) {
    if ((await fetchDocument(shelf, 'product', product)) === undefined) throw reject('unknown-product', `there is no product ${product}`)
    const body: JsonObject = {
      issueDate: date,
      location: { ref: { type: 'location', key: location } },
      product: { ref: { type: 'product', key: product } },
      ...figures,
      ...(currency === undefined ? {} : { currency }),
    }
    const { key } = await authorDocument(
      books,
      { type: reportType, key: keyText(`${hubOrigin}/${location}/${date}/${product}`), body, author },
      fits,
    )
    keys.push(key)
  }
  return keys
}
