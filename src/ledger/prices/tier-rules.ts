import { reject } from '../../model/errors.ts'
import { canonicalJson, isObject } from '../../model/json.ts'
import type { Authored } from '../author.ts'
import { partyOf } from '../contract-rules.ts'
import { isMerchant } from '../party-roles.ts'
import { fetchDocument, textOf } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { assignmentType, tierType } from './grant.ts'
import { wantZone } from './price-rules.ts'

/**
 * What a command on a tier has to keep to: its number stays, since orders were priced by it.
 * @throws HubError (reject) `tier-fixed`
 */
export async function checkTier(_: Books, current: LedgerDocument | undefined, { key, body }: Authored): Promise<void> {
  if (current !== undefined && current.number !== body.number)
    throw reject('tier-fixed', `tier ${key} is ${current.number}: orders were priced by that number, so make another tier`)
}

/**
 * What a command on an assignment has to keep to beside its steps: it is for a merchant that is there and a tier that is in use, it begins in review, its merchant and tier stay, and approving and ending have commands of their own.
 * @throws HubError (reject) `no-such-party`, `no-such-tier`, `assignment-fixed`, `illegal-transition`, `days-reversed`, `to-be-approved`
 */
export async function checkAssignment(books: Books, current: LedgerDocument | undefined, { key, body }: Authored): Promise<void> {
  const party = await partyOf(books, body)
  if (!isMerchant(party))
    throw reject('no-such-party', `tier-assignment ${key}: its party has to be in the ledger with the role 'merchant'`)
  const tier = await tierOf(books, body)
  if (tier === undefined || tier.deleted || (current === undefined && tier.status !== 'active'))
    throw reject('no-such-tier', `tier-assignment ${key}: its tier has to be in the ledger and active`)
  const same = (field: 'party' | 'tier') => canonicalJson(current?.body[field] ?? null) === canonicalJson(body[field] ?? null)
  if (current !== undefined && !(same('party') && same('tier')))
    throw reject('assignment-fixed', `tier-assignment ${key} is of another merchant or tier: make a new assignment`)
  if (current === undefined && body.status !== 'in-review')
    throw reject('illegal-transition', `tier-assignment ${key} begins as in-review, not as ${String(body.status)}`)
  wantDays(key, textOf(body.validFrom) ?? '', textOf(body.validTo))
  wantZone(`tier-assignment ${key}`, textOf(body.zone))
  const isApproved = current?.status === 'approved'
  if (
    isApproved ||
    body.status === 'approved' ||
    body.approvedBy !== current?.body.approvedBy ||
    body.approvedAt !== current?.body.approvedAt
  )
    throw reject(
      'to-be-approved',
      isApproved
        ? `tier-assignment ${key} was approved and stays as it is: end it with POST /v1/tiers/end (\`crossdock tiers end\`), or make a new one`
        : `tier-assignment ${key}: who reviewed it approves it with POST /v1/tiers/approve (\`crossdock tiers approve\`)`,
    )
}

export function wantDays(key: string, from: string, to: string | undefined): void {
  if (to !== undefined && to < from) throw reject('days-reversed', `${assignmentType} ${key} ends on ${to}, before it begins on ${from}`)
}

/** The tier that an assignment names; undefined while it is not in the ledger. */
export async function tierOf(books: Books, { tier }: LedgerDocument['body']): Promise<LedgerDocument | undefined> {
  const key = isObject(tier) ? textOf(tier.key) : undefined
  return key === undefined ? undefined : fetchDocument(books.data.shelf, tierType, key)
}
