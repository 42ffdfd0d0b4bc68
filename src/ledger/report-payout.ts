import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { documentsByNumber } from '../store/document.ts'
import { authorDocument, type Fits } from './author.ts'
import type { Author } from './books.ts'
import { amountText, linesTotal, payoutType } from './payout-lines.ts'
import { fetchLink } from './shelf.ts'
import { keyText } from './stock-level.ts'
import type { Books, LedgerDocument } from './types.ts'

/** What a platform paid, as a person reports it. `order` of a line: its key at the connection, or its number there. */
export interface PayoutReport {
  readonly number: string
  readonly connection: string
  readonly currency: string
  /** the sum of the lines when left out: then nothing is known that could differ */
  readonly total?: string
  /** further fields of the document: provider, reference, period, paidAt, status … */
  readonly more: JsonObject
  readonly lines: readonly (JsonObject & { readonly order?: string })[]
  readonly author: Author
}

/** Makes the hub's own payout `hub/<number>`, or its next version. Orders that nobody knows are a finding, not a refusal. @throws HubError (reject) as authorDocument does */
export async function reportPayout(
  books: Books,
  { number, connection, currency, total, more, lines, author }: PayoutReport,
  fits: Fits,
): Promise<LedgerDocument> {
  const named: JsonObject[] = []
  for (const { order, ...line } of lines)
    named.push(order === undefined ? line : { ...line, order: await orderNamed(books, connection, order) })
  const body: JsonObject = { status: 'paid', ...more, number, connection, currency, total: total ?? '0', lines: named }
  return authorDocument(
    books,
    {
      type: payoutType,
      key: keyText(`${hubOrigin}/${number}`),
      body: total === undefined ? { ...body, total: amountText(linesTotal(body), currency) } : body,
      author,
    },
    fits,
  )
}

/** A bill names orders by key or by number: the key counts first, a number only where one order of the connection has it. */
async function orderNamed({ tx, tenant, data }: Books, connection: string, named: string): Promise<JsonObject> {
  const external = { type: 'sales-order', connection, externalKey: named }
  if ((await fetchLink(data.shelf, external)) !== undefined) return external
  const [only, ...others] = (await documentsByNumber(tx, tenant, 'sales-order', named, 10)).filter(({ origin }) => origin === connection)
  return only !== undefined && others.length === 0 ? { type: 'sales-order', key: only.key } : external
}
