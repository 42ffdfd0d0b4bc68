import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { versionsOf } from '../store/document.ts'
import { authorDocument, type Fits } from './author.ts'
import { type Author, journal } from './books.ts'
import { partyOf } from './contract-rules.ts'
import { fetchDocument, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

/** Versions of a document that are looked through for who wrote it. */
const mostVersions = 1000

export interface Signing {
  readonly key: string
  readonly seen: number
  /** RFC 3339, UTC */
  readonly signedAt: string
  readonly author: Author
  /** the workspace lets people approve what they wrote themselves */
  readonly ownApproval: boolean
}

/**
 * Approves a contract in review and signs it: nobody approves what they wrote. The party becomes active where the hub keeps it, and the journal has the line `contract-signed`. Answers the contract and
 * the key of its party.
 * @throws HubError (reject) `unknown-contract`, `own-approval`, and what authorDocument throws
 */
export async function signContract(
  books: Books,
  { key, seen, signedAt, author, ownApproval }: Signing,
  fits: Fits,
): Promise<{ readonly contract: LedgerDocument; readonly party: string }> {
  const current = await fetchDocument(books.data.shelf, 'contract', key)
  if (current === undefined) throw reject('unknown-contract', `there is no contract '${key}'`)
  const party = await partyOf(books, current.body)
  if (party === undefined) throw reject('no-such-party', `contract ${key}: its party is not in the ledger`)
  if (!ownApproval && (await writersOf(books, 'contract', key)).has(author.actor))
    throw reject('own-approval', `contract ${key} was written with this key: another person has to approve it (maker and checker)`)
  const contract = await authorDocument(
    books,
    { type: 'contract', key, body: { ...current.body, status: 'signed', signedAt, approvedBy: author.actor }, author, seen },
    fits,
    async () => undefined,
  )
  if (party.origin === hubOrigin && textOf(party.body.status) !== 'active')
    await authorDocument(books, { type: 'party', key: party.key, body: { ...party.body, status: 'active' }, author }, fits)
  journal(books, 'contract-signed', contract, { party: party.key, kind: contract.body.kind ?? null, number: contract.number })
  return { contract, party: party.key }
}

/** Who wrote any version of a document. */
export async function writersOf({ tx, tenant }: Books, type: string, key: string): Promise<ReadonlySet<string>> {
  const versions = await versionsOf(tx, tenant, type, key, 0, mostVersions)
  return new Set(versions.flatMap(({ actor }) => actor ?? []))
}
