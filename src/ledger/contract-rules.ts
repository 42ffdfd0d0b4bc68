import { reject } from '../model/errors.ts'
import { canonicalJson, type JsonObject } from '../model/json.ts'
import type { Authored } from './author.ts'
import { fetchDocument, keyOf, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

/**
 * What a command on a contract has to keep to beside its steps: it is for a party that is there and has the role, it begins as a draft or in review, its party and kind stay, and its terms once it is signed, and it is signed by {@link signContract} only.
 * @throws HubError (reject) `no-such-party`, `contract-fixed`, `illegal-transition`, `to-be-signed`
 */
export async function checkContract(books: Books, current: LedgerDocument | undefined, { key, body }: Authored): Promise<void> {
  const party = await partyOf(books, body)
  if (party === undefined || party.deleted || !rolesOf(party).includes(String(body.kind)))
    throw reject('no-such-party', `contract ${key}: its party has to be in the ledger with the role '${body.kind}'`)
  if (current !== undefined && (canonicalJson(current.body.party) !== canonicalJson(body.party) || current.body.kind !== body.kind))
    throw reject('contract-fixed', `contract ${key} is with another party, or of another kind: make a new contract`)
  if (current === undefined && !begins.has(String(body.status)))
    throw reject('illegal-transition', `contract ${key} begins as draft or in-review, not as ${body.status}`)
  if (current !== undefined && agreed.has(current.status ?? '') && terms(current.body) !== terms(body))
    throw reject(
      'contract-fixed',
      `contract ${key} is ${current.status}: what was signed stays as it is, so make a new contract for other terms`,
    )
  if (
    body.approvedBy !== current?.body.approvedBy ||
    body.signedAt !== current?.body.signedAt ||
    (textOf(body.status) === 'signed' && current?.status !== 'signed')
  )
    throw reject('to-be-signed', `contract ${key}: who reviewed it signs it with POST /v1/contracts/sign (\`crossdock contracts sign\`)`)
}

const begins: ReadonlySet<string> = new Set(['draft', 'in-review'])
const agreed: ReadonlySet<string> = new Set(['signed', 'active', 'suspended', 'ended'])
/** What was agreed on, as one text. */
const terms = ({ number, organisation, validFrom, validTo, terms, priceLists, deposit }: JsonObject): string =>
  canonicalJson({ number, organisation, validFrom, validTo, terms, priceLists, deposit })

const rolesOf = (party: LedgerDocument): readonly string[] => (Array.isArray(party.body.roles) ? party.body.roles.map(String) : [])

/** The party a contract is with; undefined while it is not in the ledger. */
export async function partyOf(books: Books, body: JsonObject): Promise<LedgerDocument | undefined> {
  const key = keyOf(books.data.shelf, body.party)
  return key === undefined ? undefined : fetchDocument(books.data.shelf, 'party', key)
}

/** What the clock alone makes of a contract on a day (YYYY-MM-DD); undefined: nothing. */
export function statusByDay(body: JsonObject, today: string): 'active' | 'ended' | undefined {
  const [status, from, to] = [textOf(body.status), textOf(body.validFrom) ?? '', textOf(body.validTo)]
  if (to !== undefined && to < today && (status === 'signed' || status === 'active' || status === 'suspended')) return 'ended'
  return status === 'signed' && from <= today ? 'active' : undefined
}
