import { businessDayOrUtc } from '../../model/business-day.ts'
import { reject } from '../../model/errors.ts'
import { holdNames } from '../../store/hold.ts'
import { grantsTo } from '../../store/price.ts'
import { authorDocument, type Fits } from '../author.ts'
import { type Author, journal } from '../books.ts'
import { writersOf } from '../contract.ts'
import { partyOf } from '../contract-rules.ts'
import { fetchDocument, textOf } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { assignmentType } from './grant.ts'
import { tierOf, wantDays } from './tier-rules.ts'

export interface Approval {
  readonly key: string
  readonly seen: number
  readonly author: Author
  /** the workspace lets people approve what they wrote themselves */
  readonly ownApproval: boolean
}

/**
 * Approves an assignment in review: nobody approves what they wrote. From its first day the merchant is of the tier. Of several that hold, the one that began last counts, so that two which begin on the same day are refused. The
 * journal has the line `tier-changed`.
 * @throws HubError (reject) `unknown-assignment`, `own-approval`, `tier-twice`, and what authorDocument throws
 */
export async function approveAssignment(books: Books, { key, seen, author, ownApproval }: Approval, fits: Fits): Promise<LedgerDocument> {
  const current = await assignment(books, key)
  const party = await partyOf(books, current.body)
  if (party === undefined) throw reject('no-such-party', `tier-assignment ${key}: its party is not in the ledger`)
  if (!ownApproval && (await writersOf(books, assignmentType, key)).has(author.actor))
    throw reject('own-approval', `tier-assignment ${key} was written with this key: another person has to approve it (maker and checker)`)
  await holdNames(books.tx, books.tenant, [`tier-of:${party.key}`])
  const from = textOf(current.body.validFrom) ?? ''
  const twin = (await grantsTo(books.tx, books.tenant, [party.key])).find(
    (row) => row.type === assignmentType && row.key !== key && row.valid_from === from && (row.valid_to === null || row.valid_to >= from),
  )
  if (twin !== undefined)
    throw reject(
      'tier-twice',
      `merchant ${party.key} is of a tier from ${from} on already (${twin.key}): end that one first, or begin on another day`,
    )
  const approved = await authorDocument(
    books,
    {
      type: assignmentType,
      key,
      body: { ...current.body, status: 'approved', approvedBy: author.actor, approvedAt: new Date(books.now).toISOString() },
      author,
      seen,
    },
    fits,
    async () => undefined,
  )
  await tellTier(books, approved, party.key)
  return approved
}

/**
 * Ends an approved assignment after a day (YYYY-MM-DD, in its zone): one that would not have begun by then is withdrawn. What was priced stays as it is.
 * @throws HubError (reject) `unknown-assignment`, `not-approved`, `ended-before`, and what authorDocument throws
 */
export async function endAssignment(
  books: Books,
  { key, seen, on, author }: { readonly key: string; readonly seen?: number; readonly on?: string; readonly author: Author },
  fits: Fits,
): Promise<LedgerDocument> {
  const current = await assignment(books, key)
  const { validFrom, validTo, zone } = current.body
  if (current.status !== 'approved')
    throw reject('not-approved', `tier-assignment ${key} is ${current.status}: only one that was approved can be ended`)
  const last = on ?? businessDayOrUtc(books.now, textOf(zone))
  if (typeof validTo === 'string' && validTo < last)
    throw reject('ended-before', `tier-assignment ${key} ends on ${validTo} already, before ${last}`)
  const isBegun = last >= (textOf(validFrom) ?? '')
  if (isBegun) wantDays(key, textOf(validFrom) ?? '', last)
  const body = isBegun ? { ...current.body, validTo: last } : { ...current.body, status: 'withdrawn' }
  const ended = await authorDocument(
    books,
    { type: assignmentType, key, body, author, ...(seen === undefined ? {} : { seen }) },
    fits,
    async () => undefined,
  )
  const party = await partyOf(books, ended.body)
  if (ended.version !== current.version) await tellTier(books, ended, party?.key ?? '')
  return ended
}

async function assignment(books: Books, key: string): Promise<LedgerDocument> {
  const current = await fetchDocument(books.data.shelf, assignmentType, key)
  if (current === undefined) throw reject('unknown-assignment', `there is no tier-assignment '${key}'`)
  return current
}

async function tellTier(books: Books, document: LedgerDocument, party: string): Promise<void> {
  const tier = await tierOf(books, document.body)
  const { validFrom = null, validTo = null } = document.body
  journal(books, 'tier-changed', document, { party, tier: tier?.number ?? null, status: document.status, validFrom, validTo })
}
